/* One pass over a text: its words on a line, and where each of them came from. The fast half of line.py.

   Says what glue.py says, sign by sign, and tests/topics/test_line.py holds the two to it; where this is not built, glue.py is used.
   Only texts of which every character stands for one of ASCII come this far, so that all is bytes and nothing changes its length;
   the table that says so is given, not kept here. What is read and written is a copy with room around it. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

#define BLOCK 64          /* bytes looked at together */
#define CHUNK 8           /* bytes copied together */
#define BEFORE 3          /* bytes of room before the text and behind it: as far as a sign looks, and a block and a chunk reach */
#define BEHIND (BLOCK + CHUNK)
#define KEPT 0x80         /* set in a sign that holds a word together */
#define GONE 1            /* what is left of a possessive 's */
#define LONGEST_ELISION 8
#define BORDER 2          /* marks between paragraphs, and between lines that run on: see glue.py */
#define SOFT 3

/* What a byte is. A text makes the processor guess at every byte; looked up, most of that costs nothing. */
enum { DIGIT = 1, LETTER = 2, WORD = DIGIT | LETTER, STICKY = 4, SIGN = 8 };

static const unsigned char KINDS[256] = {
    ['0'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    ['A'] = 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    ['a'] = 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    ['\''] = SIGN, ['.'] = SIGN, [','] = SIGN, ['&'] = SIGN, ['+'] = SIGN | STICKY, ['#'] = SIGN | STICKY,
};

/* 1 for a byte that stands in words: letters, digits, kept signs, and the marks of glue.py, which are words of their own. */
static const unsigned char IN_WORD[256] = {
    [BORDER] = 1, [SOFT] = 1,
    ['0'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    ['A'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    ['a'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    [KEPT | '\''] = 1, [KEPT | '.'] = 1, [KEPT | ','] = 1, [KEPT | '&'] = 1, [KEPT | '+'] = 1, [KEPT | '#'] = 1,
};

static int is_digit(unsigned char byte) { return KINDS[byte] & DIGIT; }
static int is_letter(unsigned char byte) { return KINDS[byte] & LETTER; }
static int is_word(unsigned char byte) { return KINDS[byte] & WORD; }
static int is_mark(unsigned char byte) { return byte == BORDER || byte == SOFT; }
static int is_sticky(unsigned char byte) { return KINDS[byte] & STICKY; }

/* Whether the letters before an apostrophe are an article or the like, to which Romance languages join the next word: l'État.
   `elisions` lists them between spaces. */
static int is_elision(const unsigned char *at, const char *elisions)
{
    char wanted[LONGEST_ELISION + 3];
    Py_ssize_t length = 0;
    while (length < LONGEST_ELISION && is_word(at[-1 - length]))
        length++;
    wanted[0] = ' ';
    for (Py_ssize_t index = 0; index < length; index++)
        wanted[index + 1] = (char)Py_TOLOWER(at[index - length]);
    wanted[length + 1] = ' ';
    wanted[length + 2] = '\0';
    return length > 0 && strstr(elisions, wanted) != NULL;
}

static void judge_apostrophe(unsigned char *at, const char *elisions)
{
    if ((at[1] == 's' || at[1] == 'S') && !is_word(at[2]))
        at[0] = at[1] = GONE;
    else if (is_word(at[-1]) && !is_elision(at, elisions))
        at[0] |= KEPT;
}

static void judge_dot(unsigned char *at)
{
    int numbers = is_digit(at[-1]) && is_digit(at[1]);
    int initials = is_letter(at[-1]) && is_letter(at[1]) && !is_word(at[-2]) && !is_word(at[2]);
    if (numbers || initials)
        at[0] |= KEPT;
}

static void judge_ampersand(unsigned char *at)
{
    int short_before = !(is_word(at[-2]) && is_word(at[-3]));
    int short_behind = !(is_word(at[2]) && is_word(at[3]));
    if (is_word(at[-1]) && (short_before || short_behind))
        at[0] |= KEPT;
}

/* A run of + and # that begins here, behind a word. */
static void judge_plus(unsigned char *at)
{
    Py_ssize_t length = 1;
    while (is_sticky(at[length]))
        length++;
    if (length <= 2 && is_letter(at[-1]) && !is_word(at[-2]) && !is_word(at[length]))
        for (Py_ssize_t index = 0; index < length; index++)
            at[index] |= KEPT;
}

/* Mark every sign that holds a word together; what is left unmarked parts words. In order, since a possessive changes what follows. */
static void judge(unsigned char *at, const unsigned char *end, const char *elisions)
{
    for (; at < end; at++) {
        if (!(KINDS[*at] & SIGN))
            continue;
        if (is_sticky(*at)) {
            if (is_word(at[-1]))
                judge_plus(at);
        }
        else if (!is_word(at[1]))
            continue;
        else if (*at == '\'')
            judge_apostrophe(at, elisions);
        else if (*at == '.')
            judge_dot(at);
        else if (*at == '&')
            judge_ampersand(at);
        else if (is_digit(at[-1]) && is_digit(at[1]))
            *at |= KEPT; /* a comma between digits */
    }
}

/* The last full stop of U.S. belongs to it, if the text goes on with one. */
static Py_ssize_t with_dot(const unsigned char *line, Py_ssize_t start, Py_ssize_t end)
{
    int dotted = end - start > 2 && (line[end - 2] & 0x7f) == '.' && is_letter(line[end - 1]) && line[end] == '.';
    return end + dotted;
}

/* What was found: the line of words and, in arrays of numbers, where each of them stands; see `scan`. */
typedef struct {
    PyObject *words, *offsets, *starts, *ends, *begins;
    Py_ssize_t size, count, marks; /* bytes of the line so far, words in it, marks met */
} Found;

static PyObject *numbers(Py_ssize_t count) { return PyBytes_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(uint32_t)); }

static inline void put(PyObject *numbers, Py_ssize_t at, Py_ssize_t number)
{
    ((uint32_t *)PyBytes_AS_STRING(numbers))[at] = (uint32_t)number;
}

static int make_room(Found *found, Py_ssize_t length, Py_ssize_t count, Py_ssize_t marks)
{
    found->words = PyBytes_FromStringAndSize(NULL, length + 2 + CHUNK);
    found->offsets = numbers(count);
    found->starts = numbers(count);
    found->ends = numbers(count);
    found->begins = numbers(marks);
    return found->words && found->offsets && found->starts && found->ends && found->begins;
}

static int cut_to_size(Found *found)
{
    Py_ssize_t bytes = found->count * (Py_ssize_t)sizeof(uint32_t);
    return _PyBytes_Resize(&found->words, found->size) == 0 && _PyBytes_Resize(&found->offsets, bytes) == 0 &&
           _PyBytes_Resize(&found->starts, bytes) == 0 && _PyBytes_Resize(&found->ends, bytes) == 0 &&
           _PyBytes_Resize(&found->begins, found->marks * (Py_ssize_t)sizeof(uint32_t)) == 0;
}

/* Note a word: its letters, a space, and where in line and text it stands. Copies by chunks, and so a little more. */
static inline void note(Found *found, const unsigned char *line, Py_ssize_t start, Py_ssize_t end)
{
    char *to = PyBytes_AS_STRING(found->words) + found->size;
    if (is_mark(line[start]) && end - start == 1) {
        put(found->begins, found->marks++, found->count + (line[start] == BORDER));
        if (line[start] == SOFT)
            return;
    }
    for (Py_ssize_t done = 0; done < end - start; done += CHUNK) {
        uint64_t chunk;
        memcpy(&chunk, line + start + done, CHUNK);
        chunk &= 0x7f7f7f7f7f7f7f7f; /* without KEPT */
        memcpy(to + done, &chunk, CHUNK);
    }
    to[end - start] = ' ';
    put(found->offsets, found->count, found->size);
    put(found->starts, found->count, start);
    put(found->ends, found->count++, with_dot(line, start, end));
    found->size += end - start + 1;
}

/* Set for each block of a judged line a bit for each byte at which a word begins or has ended; return how many words there are. */
static Py_ssize_t find_changes(uint64_t *changes, const unsigned char *line, Py_ssize_t length)
{
    uint64_t before = 0; /* whether the byte before stands in a word */
    Py_ssize_t count = 0;
    for (Py_ssize_t block = 0; block <= length; block += BLOCK) {
        uint64_t within = 0;
        for (int at = 0; at < BLOCK; at++)
            within |= (uint64_t)IN_WORD[line[block + at]] << at;
        *changes = within ^ (within << 1 | before);
        before = within >> (BLOCK - 1);
        count += __builtin_popcountll(*changes++);
    }
    return count / 2;
}

static void collect(Found *found, const uint64_t *changes, const unsigned char *line, Py_ssize_t length)
{
    Py_ssize_t start = -1; /* of the word that is being read */
    PyBytes_AS_STRING(found->words)[found->size++] = ' ';
    for (Py_ssize_t block = 0; block <= length; block += BLOCK)
        for (uint64_t left = *changes++; left; left &= left - 1) {
            Py_ssize_t at = block + __builtin_ctzll(left);
            if (start < 0)
                start = at;
            else {
                note(found, line, start, at);
                start = -1;
            }
        }
}

#define COPY(type)                                                                                                                        \
    for (Py_ssize_t at = 0; at < length; at++) {                                                                                          \
        Py_UCS4 character = ((const type *)data)[at];                                                                                     \
        line[at] = character < (Py_UCS4)known ? page[character] : 0;                                                                      \
        missing |= line[at] == 0;                                                                                                         \
    }

/* Copy a text, each character as the byte that `page` has for it; 0 where one has none. */
static int simplify(unsigned char *restrict line, PyObject *text, const unsigned char *restrict page, Py_ssize_t known)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    const void *data = PyUnicode_DATA(text);
    int missing = 0;
    if (PyUnicode_KIND(text) == PyUnicode_1BYTE_KIND)
        COPY(Py_UCS1)
    else if (PyUnicode_KIND(text) == PyUnicode_2BYTE_KIND)
        COPY(Py_UCS2)
    else
        COPY(Py_UCS4)
    return !missing;
}

static Py_ssize_t count_marks(const unsigned char *line, Py_ssize_t length)
{
    Py_ssize_t count = 0;
    for (Py_ssize_t at = 0; at < length; at++)
        count += is_mark(line[at]);
    return count;
}

/* `line` has the text already, and `changes` room for a number for each block. */
static PyObject *scanned(uint64_t *changes, unsigned char *line, Py_ssize_t length, const char *elisions)
{
    Found found = {NULL, NULL, NULL, NULL, NULL, 0, 0, 0};
    PyObject *result = NULL;
    judge(line, line + length, elisions);
    if (make_room(&found, length, find_changes(changes, line, length), count_marks(line, length))) {
        collect(&found, changes, line, length);
        if (cut_to_size(&found))
            result = PyTuple_Pack(5, found.words, found.offsets, found.starts, found.ends, found.begins);
    }
    Py_XDECREF(found.words);
    Py_XDECREF(found.offsets);
    Py_XDECREF(found.starts);
    Py_XDECREF(found.ends);
    Py_XDECREF(found.begins);
    return result;
}

PyDoc_STRVAR(scan_doc, "scan(text, page, elisions) -> (words, offsets, starts, ends, begins) | None\n--\n\n"
                       "Return the words of a text between single spaces and, as arrays of unsigned 32-bit numbers, where each stands in\n"
                       "that line, where it starts and ends in the text, and which word is the first behind each mark.\n"
                       "None if `page` lacks a character of the text.");

static PyObject *scan(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *text, *page;
    const char *elisions;
    if (!PyArg_ParseTuple(args, "USy:scan", &text, &page, &elisions))
        return NULL;
    Py_ssize_t length = PyUnicode_GET_LENGTH(text), blocks = length / BLOCK + 1;
    if ((uint64_t)length >= UINT32_MAX - BEHIND)
        Py_RETURN_NONE;
    uint64_t *changes = PyMem_Malloc(blocks * sizeof(uint64_t) + BEFORE + length + BEHIND);
    if (changes == NULL)
        return PyErr_NoMemory();
    unsigned char *line = (unsigned char *)(changes + blocks) + BEFORE;
    memset(line - BEFORE, ' ', BEFORE);
    memset(line + length, ' ', BEHIND);
    PyObject *result = simplify(line, text, (unsigned char *)PyBytes_AS_STRING(page), PyBytes_GET_SIZE(page))
                           ? scanned(changes, line, length, elisions)
                           : Py_NewRef(Py_None);
    PyMem_Free(changes);
    return result;
}

static PyMethodDef methods[] = {{"scan", scan, METH_VARARGS, scan_doc}, {NULL, NULL, 0, NULL}};

static struct PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT, .m_name = "_scan", .m_doc = "See line.py.", .m_methods = methods, .m_slots = slots};

PyMODINIT_FUNC PyInit__scan(void) { return PyModuleDef_Init(&definition); }
