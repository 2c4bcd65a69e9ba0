"""Lines that stand in article bodies and are none of their text, told by their words, in the languages of the news.

Each pattern must match a whole line (or its beginning, where it says so), so that a sentence *about* newsletters is kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_MAX = 60  # words; a longer line is prose whatever it begins with

_BOX_HEADINGS = (
    r"(?:more|related|recommended|suggested|further|similar|latest|popular|trending|top|featured|other)[ -]?(?:from .{2,60}|on .{2,60}|in .{2,60}|to read|reading|stories|articles?|"
    r"posts?|news|coverage|content|topics?|videos?|links?|resources|items|headlines|searches|reads|products|story)?(?: (?:stories|articles|posts|news|coverage|content|videos|topics))?",
    r"(?:read|see|watch|listen)(?: (?:more|next|also|this|on|now))+.{0,3}",
    r"you (?:may|might) (?:also )?(?:like|be interested in|enjoy).{0,40}",
    r"(?:about (?:the )?(?:authors?|writers?|reporter)|sobre (?:la firma|el autor|la autora|o autor|a autora)|über (?:den|die) autor(?:in|en)?|à propos de l.auteur|more to explorer?|leave a reply|post navigation)",
    r"(?:also|don.t miss|recommended|up next|what to read next|read next|keep reading|continue reading|editor.?s picks?|must[ -]reads?|most (?:read|popular|viewed)|trending now|in case you missed it)",
    r"(?:share|tweet|email|print|copy link|link copied!?|save|comments?|leave a (?:reply|comment)|post a comment|join the (?:conversation|discussion)|follow us.{0,40})",
    r"(?:breaking|daily|morning|evening|weekly) news (?:e-?mails?|alerts?|newsletter)|get (?:daily|weekly|breaking) .{0,30}news",
    r"(?:share|like|pin)(?: (?:this|the|on|via|it|with|your))+ ?.{0,40}",
    r"(?:advertis(?:e)?ment|sponsored(?: content)?|ad|promoted|paid content|story continues below(?: advertisement)?|article continues (?:below|after).{0,40}|scroll (?:down )?to continue.{0,40}|advertise with us)",
    r"(?:table of contents|contents|in this article|on this page|jump to.{0,30}|skip to.{0,30}|back to top|key topics?|tags?|topics?|filed under|categories|subjects?|keywords)",
    r"(?:lire (?:aussi|la suite|également)|à lire (?:aussi|également)|voir aussi|sur le même (?:sujet|thème)|les plus lus|partager|articles? liés?|à découvrir aussi|publicité)",
    r"(?:lea|leer|lee|ver|vea|mira) (?:también|además|más)|te (?:puede|podría|puede también) interesar|notas? relacionadas?|noticias relacionadas|más (?:noticias|información|leídas)|compartir|publicidad|temas relacionados",
    r"(?:leia|veja|saiba|confira)(?: também| mais)+|mais lidas|notícias relacionadas|compartilhe|publicidade|continua após a publicidade|continua depois da publicidade",
    r"(?:lesen sie auch|mehr zum thema|auch interessant|das könnte (?:sie|dich) (?:auch )?interessieren|weiterlesen|teilen|anzeige|werbung|meistgelesen|mehr dazu|siehe auch|zum thema|empfohlener externer inhalt|externer inhalt|inhaltsverzeichnis|schlagworte)",
    r"(?:lees ook|leggi anche|potrebbe interessarti|condividi|pubblicità|läs (?:också|mer|även)|les også|læs også|lue myös|czytaj (?:także|też|również)|zobacz (?:także|też)|čtěte také|reklama|annons|annonse|annonce)",
    r"(?:читайте также|смотрите также|по теме|подписывайтесь.{0,60}|поделиться|реклама|материалы по теме)",
    r"(?:関連記事|あわせて読みたい|続きを読む|おすすめ記事|広告|シェアする|相关阅读|相关新闻|推荐阅读|延伸閱讀|相關新聞|分享到?|責任編輯.{0,10}|责任编辑.{0,10}|관련기사|관련 기사|기사제보.{0,40}|공유하기|광고|اقرأ أيضا[ًا]?.{0,3}|إعلان|यह भी पढ़ें.{0,200}|ये भी पढ़ें.{0,200}|विज्ञापन)",
)
_LINES = (
    r"(?:the )?(?:post|article) .{2,200} (?:first appeared|appeared first|was originally published) (?:on|in) .{2,80}",
    r"(?:have|got) (?:a|any|some) (?:news )?(?:tips?|story|stories|confidential).{0,160}",
    r"(?:sign up|subscribe|register|join)(?: now| here| today| free)?(?: (?:for|to|our|with|the)\b.{0,160}(?:newsletters?|e-?mails?|inbox|updates?|alerts?|channel|digest|briefing|whatsapp|telegram|podcast)\b.{0,120}|[.!]?)",
    r"(?:get|receive) .{0,120}(?:delivered|straight|direct(?:ly)?|sent)? ?(?:to|in) your inbox.{0,80}",
    r"(?:get|receive) (?:the |our )?(?:breaking|daily|latest|top|weekly|morning)\b.{0,160}\b(?:alerts|newsletters?|delivered|inbox|by e-?mail)\b.{0,160}",
    r"(?:let our news meet your inbox|chat with us (?:in|on) (?:facebook|messenger|whatsapp|telegram)|found this (?:interesting|useful|helpful)\?).{0,160}",
    r"(?:by (?:signing up|subscribing|clicking|submitting|entering|sharing|providing)).{0,300}(?:terms|privacy|policy|emails?|agree).{0,200}",
    r"(?:follow|like|find|connect with|join) (?:us|me|him|her|the author|@?\w+(?: \w+){0,3}) on (?:facebook|twitter|x|instagram|linkedin|youtube|tiktok|telegram|whatsapp|google news|threads|bluesky|social media|flipboard|mastodon|pinterest).{0,160}",
    r"(?:©|\(c\)|copyright ©?)\s?.{0,160}|.{0,80}all rights reserved.{0,160}",
    r"this (?:material|story|article|content|post|page|site|website) (?:may not be published|may contain affiliate|contains affiliate|is protected by).{0,240}",
    r"our standards: .{0,120}",
    r"(?:download|get) (?:the|our) .{0,60} app\b.{0,80}",
    r"(?:comments? (?:are|is) (?:closed|moderated|disabled|off).{0,120})",
    r"(?:click|tap|press|swipe) (?:here|on|the|below|to)\b.{0,120}",
    r"(?:photo|image|picture|photograph|video|foto|credit|source photo|bild|quelle|foto de)s?(?: credit| courtesy| source)?s?(?: by)?\s?[:/] ?.{1,120}",
    r"(?:\(|\[)?(?:photo|image|picture|foto) (?:by|courtesy|via|credit) .{1,120}",
    r"(?:read|see|watch|listen|view|click|check out|learn|related|also|more|explore|discover|next|previously|dive deeper|go deeper)(?: more| also| next| now| here| the full \w+| full \w+| all| related| it)*\s?[:|»>→] ?.{0,200}",
    r"(?:see|read) (?:also|more|full|next)\b.{0,120}",
    r"(?:last )?(?:updated?|modified|published|posted|first published)(?: on| at)?:? .{0,20}\d{4}.{0,40}",
    r"\d{1,3} ?(?:min(?:ute)?s?\.?) ?(?:read|de lectura|lesezeit|de lecture|de leitura|leestijd)?|(?:reading|read) time:? .{0,30}|lesedauer:? .{0,20}",
    r"(?:lire aussi|à lire(?: aussi)?|lisez aussi|voir aussi|lire|retrouvez|>> ?à lire.*|lee también|lea también|te puede interesar|le puede interesar|además|ver también|leia também|leia mais|veja também|saiba mais|lees ook|leggi anche|"
    r"lesen sie (?:auch|hier|mehr)|mehr dazu|hintergrund|auch interessant|läs mer|läs också|les også|læs også|читайте также|czytaj też|czytaj także)\s?[:|»>–-] ?.{1,240}",
    r"(?:page|seite|página|pagina|strona|sayfa|страница) \d{1,3} (?:of|von|sur|de|di|van|z|/|из) \d{1,3}.{0,40}",
    r"(?:you(?:’re|'re| are) receiving this (?:e-?mail|message|newsletter).{0,200}|(?:unsubscribe|view (?:this (?:e-?mail|newsletter) |it |online )?in (?:your |a )?browser)\b.{0,80})",
    r"lorem ipsum.*",
    r"[•·|/»«>→↓↑←\-–—=+*#_.,:;\s]+",
)
_HEADING = re.compile("(?:" + "|".join(_BOX_HEADINGS) + r")\s?[:.…»>!?↓→]?", re.IGNORECASE)
_LINE = re.compile("(?:" + "|".join(_LINES) + r")", re.IGNORECASE)


def is_box_heading(text: str) -> bool:
    """Tell whether a line is the heading of a box of links, a share bar or an advertisement."""
    return len(text) <= 90 and _HEADING.fullmatch(text) is not None


def is_boilerplate(text: str, size: int) -> bool:
    """Tell whether a line is a phrase that sites put into every article."""
    return size <= _MAX and _LINE.fullmatch(text) is not None


_OFFER = re.compile(
    r"\b(?:subscrib(?:e|er|ers|ing)|subscription|sign (?:up|in)|log ?in|register|create an account|free trial|unlimited access|"
    r"newsletter|unlock|already a member|abonn(?:ieren|ement|é|ez|enten|eer)\w*|anmelden|registrieren|suscr[ií]b\w*|suscripci[oó]n|"
    r"boletín|inicia sesi[oó]n|s'abonner|inscrivez|assin(?:e|ante|atura)\w*|iscriviti|abbonat\w*|prenumer\w+|logga in|подпи[сш]\w*|"
    r"рассылк\w+)\b|会員登録|購読|ニュースレター|メルマガ|登录|注册|订阅|訂閱|구독|로그인|뉴스레터|نشرتنا|اشترك|न्यूज़लेटर|सदस्यता",
    re.IGNORECASE,
)


def is_offer(text: str) -> bool:
    """Tell whether a line speaks of subscribing, registering or signing in; two such lines in a small box make it an offer."""
    return len(text) < 400 and _OFFER.search(text) is not None


_BIO = re.compile(
    r"(?:(?:about (?:the )?author:? )|(?:[^\W\d_a-zß-öø-ÿ][\w.’'-]*\s){1,4}(?:is|was|has been|ist|es|est|è|é) (?:an?|the|our|currently|eine?|der|die|une?|um|uma|el|la)\b[^.]{0,100}"
    r"\b(?:writer|reporter|editor|journalist|correspondent|author|columnist|producer|contributor|blogger|redakteur(?:in)?|korrespondent(?:in)?|journalist(?:in)?|periodista|journaliste|jornalista)\b)",
    re.IGNORECASE,
)


def is_bio(text: str) -> bool:
    """Tell whether a closing line presents its author: a name and a profession."""
    return len(text) < 900 and _BIO.match(text) is not None


_PRESENTING = re.compile(
    r"(?:,[^,.]{2,60},)? (?:is|was|has|have|writes|covers|works|lives|joined|reports|ist|war|hat|schreibt|arbeitet|lebt|berichtet|es|escribe|cubre|trabaja|vive|est|écrit|travaille|"
    r"vit|é|escreve|cobre|trabalha|è|scrive|lavora|vive|werkt|schrijft|är|skriver|er|jest|pisze)\b"
)


def presents(text: str, authors: Sequence[str]) -> bool:
    """Tell whether a line begins with the name of one of the page's own authors and goes on to say who that is."""
    return len(text) < 900 and any(
        text.startswith(name) and _PRESENTING.match(text, len(name)) for name in authors if " " in name
    )


_PAYWALL = re.compile(
    r"(?:subscribe|sign in|log in|register|become a member)(?: now)? to (?:continue|read|keep|unlock|access)|to continue reading|already (?:a|an) (?:subscriber|member)"
    r"|(?:article|content|story) is (?:reserved|exclusive|only|available) (?:for|to) (?:our )?(?:subscribers|members)|reserved for (?:our )?subscribers"
    r"|réservé aux abonnés|il vous reste .{0,20}% de cet article|exclusivo para (?:suscriptores|assinantes)|solo para suscriptores"
    r"|weiterlesen mit|jetzt (?:weiterlesen|freischalten)|diesen artikel freischalten|voor abonnees|riservato agli abbonati|for abonnenter|för prenumeranter"
    r"|この記事は有料|会員限定記事|有料会員|付费(?:内容|文章)|유료 (?:기사|회원)|для подписчиков",
    re.IGNORECASE,
)


# A part of each of the alternatives above: looking for these first is twenty times as fast, and nearly every line has none.
_PAYING = (
    "subscri", "sign in", "log in", "register", "member", "continue reading", "abonn", "il vous reste", "suscript", "assinante",
    "weiterlesen", "freischalten", "abbonati", "prenumerant", "有料", "会員限定", "付费", "유료", "подписчик",
)  # fmt: skip


def speaks_of_paying(text: str) -> bool:
    """Tell whether a word of a notice to pay is anywhere in a text: asked of all lines of a page at once."""
    folded = text.lower()
    return any(part in folded for part in _PAYING)


def is_paywall_notice(text: str) -> bool:
    """Tell whether a line says that the rest is for those who pay."""
    return len(text) < 400 and speaks_of_paying(text) and _PAYWALL.search(text) is not None
