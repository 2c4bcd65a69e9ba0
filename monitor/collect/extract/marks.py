"""What an element says about itself: its names and role tell related boxes, captions, bylines and bars from the article.

A mark is a suspicion, not a verdict: `candidates` keeps a marked element when it turns out to hold the article itself (sites wrap whole
stories in `class="newsletter"`). Names are compared word by word (`related-links`, `relatedLinks` and `related_links` are one), never by
the name of a site. Dictionary look-ups, because a page has hundreds of distinct names and a regular expression over them costs 15 ms.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.collect.extract.page import Node

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEPARATORS = re.compile(r"[^A-Za-z0-9]+")

# Attributes whose words describe an element's part in the page.
SPEAKING = ("class", "id", "role", "itemprop", "data-testid")

# kind: (words that count anywhere in a name; phrases that count anywhere in a name; names that count only as a whole)
_TABLE: dict[str, tuple[str, str, str]] = {
    "screen reader only": (
        "visuallyhidden",
        "sr only, visually hidden, screen reader, screenreader text, a11y hidden, assistive text, element invisible, hidden visually, "
        "hide visually, accessible hide",
        "offscreen, off screen, screenreader",
    ),
    "shown on pointing": (
        "tooltiptext",
        "tooltip content, tooltip text, tooltip message, popover content, popover body, hover card, hovercard content",
        "rollover block, tooltip box",
    ),
    "comments": (
        "commentlist disqus livefyre spotim viafoura openweb commenting commentarea wpdiscuz vuukle insticator hyvor giscus utterances remark42 graphcomment replybox nocomments",
        "comments area, comment list, comments section, comments wrapper, comments container, comment thread, comment form, comment body, "
        "comment respond, comments block, fb comments, spot im, comment wrapper, comment content, comments list, article comments, post comments, reader comments, user comments, comment section, comment item, comment box, comments title, comment count, isso thread, reply list, talk stream",
        "comments, comment, respond, responses, discussion, coral",
    ),
    "related": (
        "related recommended recommendation recommendations recommends recirc recirculation readmore trending outbrain taboola zergnet revcontent mgid "
        "relatedposts yarpp teaser teasers onward relacionadas relacionados relacionada empfehlungen correlati readalso upnext popular linkbox linklist",
        "read more, read next, read also, read on, more from, more stories, more news, more on, more articles, more posts, more like, more in, "
        "more reading, more about, more coverage, top stories, see also, also read, also like, also on, you may, you might, up next, next article, "
        "next post, next story, next up, prev post, prev article, previous post, previous article, most read, most viewed, most shared, latest news, "
        "latest posts, latest articles, latest stories, suggested articles, suggested posts, suggested reading, further reading, post navigation, "
        "nav links, nav link, story timeline, in this series, lire aussi, lees ook, leia mais, leia tambem, mais lidas, saiba mais, siehe auch, mehr zum, "
        "te puede, ver tambien, a voir, articles lies, meme sujet, leggi anche, link box, link list, rich link, story list, article list, news list, "
        "post list, card list, inline link, inline story, story card, article card, news card, post card, embedded link, read this, essential reading, recent posts, recent articles, recent news, related posts, keep reading, more wrapper, around the web, link grid, article links, suggest links, popular posts, post preview, post snippet, article teaser, recommended articles, next up",
        "latest, similar, suggested, suggestions, links, readon, carousel cards",
    ),
    "newsletter": (
        "newsletter newsletters mailchimp mailpoet optin subscribe subscription subscriptions subscriber signup hsform",
        "sign up, email signup, email capture, email form, mc embed, mailing list, opt in, hs form, hubspot form, convertkit form, mailerlite form, klaviyo form, omeda form",
        "abo, abobox, abonnement",
    ),
    "promotion": (
        "promo promos promobox promotional upsell regwall paywall donation donate membership cta leadgen coupon giveaway marketing teads",
        "call to action, support us, app download, app banner, app promo, house ad, "
        "shop card, shop bar, buy box, buy button, buy now, lead magnet, follow us, google news, preferred source, affiliate box, "
        "affiliate disclosure, affiliate disclaimer, promotion box, oembed placeholder, embed placeholder, embed consent, consent placeholder",
        "promotion, promotions, banner, piano, whatsapp, affiliate",
    ),
    "share bar": (
        "share shares sharing sharedaddy addthis addtoany sharethis shariff shareaholic heateor ssba social socials sharebar "
        "socialshare sociallinks listen audioplayer beyondwords",
        "jetpack likes, post ratings, star ratings, text to speech, audio player, article tools, post tools, print button, "
        "action bar, reading tools, page tools",
        "likes, like, reactions, rating, ratings, vote, votes, tools, toolbar, print, bookmark, trinity, actions, kksr",
    ),
    "advertisement": (
        "advert adverts advertisement advertisements advertising advertorial adsense adsbygoogle adslot adunit adbox adzone adcontainer adwrapper "
        "adblock adlabel dfp sponsored sponsor werbung anzeige publicidad publicite publicidade pubblicita",
        "ad slot, ad unit, ad container, ad wrapper, ad wrap, ad label, ad box, ad block, ad break, ad zone, ad placeholder, ad text, ad inline, "
        "inline ad, in article ad, gpt ad, google auto, native ad, article ad, ad area, ad space, ad banner, banner ad",
        "ad, ads, adv, sponsors, commercial, reklama",
    ),
    "caption": (
        "caption captions figcaption cutline imagecaption bildunterschrift bildnachweis photocredit imagecredit photographer lightbox slideshow",
        "photo credit, image credit, img credit, picture credit, media credit, image description, photo description, image info, media info, "
        "image source, image title, media title, media description, image copyright, image meta, photo meta, video info, video item, video time, video label, video title, video heading, video description, "
        "video meta, media copyright, pie de, gallery item",
        "credit, credits, legend, legende, slider, carousel, gallery, image text, video, video player, videoplayer",
    ),
    "byline": (
        "byline bylines dateline datelines timestamp timestamps authorbox authorbio authorinfo textauthor vcard postmeta postmetadata pubdate datetime",
        "author name, author info, author box, author bio, author card, author meta, author block, author detail, author details, author profile, "
        "author list, author section, author area, author description, author image, author avatar, author link, author title, author wrapper, "
        "author container, author about, author social, author date, about author, about the author, by line, by author, "
        "publish date, published date, published on, published at, pub date, post date, posted on, posted by, entry date, entry meta, post meta, "
        "article meta, article date, article info, article author, article authors, post author, entry author, story meta, story date, created date, updated date, "
        "last updated, last modified, date published, date modified, date time, reading time, read time, time to read, time ago, article details, "
        "post info, post details, meta data, date published, content author",
        "author, authors, contributor, contributors, meta, metadata, date, time, posted, published, updated, bio, biography, autor, autores, autoren, "
        "auteur, auteurs, firma, writer, reporter, datepublished, datemodified, modified",
    ),
    "navigation": (
        "navbar navigation breadcrumb breadcrumbs pagination pager menu submenu sidebar sidebars masthead cookie cookies gdpr toc lwptoc "
        "modal popup dropdown hamburger onetrust didomi usercentrics cmplz truste osano klaro iubenda borlabs moove",
        "page links, page numbers, site header, site footer, site nav, skip link, skip to, side bar, right rail, right column, table of contents, ez toc, "
        "back to top, lang switcher, language switcher, language selector, jump links, jump link, search form, search box, widget area, global header, "
        "global nav, main nav, sub nav, top bar, cookie banner, tooltip container, cookie notice, cookie consent, cookie law, consent banner, consent manager, qc cmp, sp message, cc window, cc banner, privacy notice, noprint, article tabs",
        "nav, aside, rail, widget, widgets, complementary, contentinfo, search, login, consent, overlay, tooltip, crumbs, dialog",
    ),
    "tags": (
        "taglist tagcloud hashtags keywords",
        "tag list, tags list, tag links, tags links, tag cloud, tag wrapper, post tags, entry tags, article tags, story tags, post tag, post categories, "
        "post category, entry category, entry categories, category list, cat links, article category, article topics, topic list, topics list, "
        "article labels, article keywords",
        "tags, tag, topics, topic, category, categories, eyebrow, kicker, overline, rubric, labels, label, themen, etiquetas, temas",
    ),
    "footer": (
        "colophon",
        "site info, post footer, entry footer, article footer, story footer, copyright notice, content footer",
        "footer, copyright, disclaimer, disclosure, legal, terms",
    ),
    "pull quote": (
        "pullquote pullquotes clicktotweet",
        "pull quote, click to tweet, callout quote, quote share, tweet this, tweet quote",
        "pullquote",
    ),
}

# A layout is named for what stands beside the text (`content-sidebar-wrap`, `has-sidebar`): such a name is no bar's own.
_LAYOUT = frozenset("content main has with no and layout body page transition".split())
# Words that say what an element is when a name ends in them: `InlineImage-imageCredit`, `article__author`; not `credit-card`.
_LAST = {
    "credit": "caption",
    "credits": "caption",
    "copyright": "caption",
    "author": "byline",
    "authors": "byline",
}

_TAG_MARKS = {
    "nav": "navigation", "footer": "footer", "aside": "aside", "form": "form", "figcaption": "caption", "fieldset": "form", "menu": "navigation",
    "label": "form", "output": "form", "legend": "form", "dialog": "navigation", "address": "byline", "time": "byline", "noscript": "no script",
}  # fmt: skip
# Inside these nothing is looked at closer (a third of a page's elements), unless they turn out to be the article.
SETTLED = frozenset(
    ("navigation", "related", "footer", "comments", "share bar", "form", "advertisement", "aside")
)
# Elements that hold pages or articles: a class on them names the template (`comments-open`, `category-promo`), not a part.
_WHOLE = frozenset(("html", "body", "main", "h1"))
_ON_ARTICLE = frozenset(("related", "comments", "promotion", "advertisement", "newsletter"))


def _phrases(column: int) -> dict[str, str]:
    """Return one column of the table as phrase -> kind; a phrase given for two kinds keeps the first."""
    found: dict[str, str] = {}
    for kind, row in _TABLE.items():
        for phrase in row[column].split() if column == 0 else row[column].split(", "):
            found.setdefault(phrase, kind)
    return found


_ANYWHERE, _RUNS, _WHOLE_NAMES = _phrases(0), _phrases(1), _phrases(2)


_SLUG = 4  # words: a longer id is a sentence (`how-popular-is-it-1`), no name
# Elements of text: their ids are anchors made of the heading's own words (`#10-social-media-tips`).
_ANCHORED = frozenset(("h1 h2 h3 h4 h5 h6 p li dt dd blockquote td tr span").split())


def signature(tag: str, attrs: dict[str, str | None]) -> tuple[str, ...]:
    """Return the names an element gives itself, each as lower-case words: `relatedLinks box__x` is (`related links`, `box x`)."""
    found: list[str] = []
    for key in ("class", "itemprop") if tag in _ANCHORED else SPEAKING:
        text = attrs.get(key)
        if text and not (key == "id" and len(_SEPARATORS.split(text)) > _SLUG):
            found += [_spell(name) for name in text.split()[:24]]
    return tuple(found)


@lru_cache(maxsize=8192)  # names repeat across the pages of a site, and many across sites; bounded on purpose
def _spell(name: str) -> str:
    """Return one name as lower-case words."""
    if name.islower() and name.isalnum():
        return name
    return _SEPARATORS.sub(" ", _CAMEL.sub(" ", name)).strip().lower()


def mark_of(tag: str, names: tuple[str, ...]) -> str:
    """Return why an element is probably no part of the article, or an empty string."""
    if tag in _WHOLE:
        return ""
    for name in names:
        mark = _named(name)
        if (mark == "share bar" and "embed" in name) or (name == "widget" and "blog" in names):
            continue  # Blogger calls each part of its pages a widget, the posts (`widget Blog`) among them
        if mark and (tag != "article" or mark in _ON_ARTICLE):
            return mark
    return _TAG_MARKS.get(tag, "")


@lru_cache(maxsize=8192)
def _named(name: str) -> str:
    """Return the mark one name gives."""
    if name in _WHOLE_NAMES:
        return _WHOLE_NAMES[name]
    words = name.split()
    if words and words[-1] in _LAST:
        return _LAST[words[-1]]
    mark = _spoken(words)
    return "" if mark == "navigation" and not _LAYOUT.isdisjoint(words) else mark


def _spoken(words: list[str]) -> str:
    """Return the mark the first telling word or phrase gives."""
    for index, word in enumerate(words):
        if word in _ANYWHERE:
            return _ANYWHERE[word]
        for end in (index + 2, index + 3):
            mark = _RUNS.get(" ".join(words[index:end]))
            if mark:
                return mark
    return ""


_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def is_hidden(attrs: dict[str, str | None]) -> bool:
    """Tell whether an element is not shown: the `hidden` attribute or an inline style."""
    style = attrs.get("style")
    return "hidden" in attrs or (style is not None and _HIDDEN.search(style) is not None)


_MANY = re.compile(r"galler|slide|carousel|lightbox|video|player|thumb")


def is_captioned(node: Node) -> bool:
    """Tell whether a box marked as a caption is the frame of one picture and its caption (`figure.wp-caption`): the picture is none."""
    return node.mark == "caption" and node.tag != "figcaption" and not any(map(_MANY.search, node.signs))
