"""Texts that would run as code in a page that forgot to escape them, or that cleans them badly.

Each runs ``PAYLOAD`` or opens a dialogue; which of them do is shown in ``test_hostile_texts``, on a
page without any guard. They are made by families: every element times every event, every way to
write an address of code, every way out of where a text may stand.
"""

from __future__ import annotations

from itertools import product

PAYLOAD = "top.__xss=(top.__xss||0)+1"
_ELEMENTS = {
    "img": ' src="x"',
    "svg": "",
    "body": "",
    "input": " autofocus",
    "select": " autofocus",
    "textarea": " autofocus",
    "details": " open",
    "video": ' src="x"',
    "audio": ' src="x"',
    "iframe": "",
    "object": ' data="x"',
    "marquee": "",
    "p": ' style="animation:x 1s"',
    "style": "",
}
_EVENTS = (
    "onload",
    "onerror",
    "onfocus",
    "ontoggle",
    "onstart",
    "onanimationstart",
    "onpointerover",
)
# Ways to write a scheme that browsers take for the plain one, or once did.
_SCHEMES = (
    "javascript:",
    "JaVaScRiPt:",
    " javascript:",
    "java\tscript:",
    "java&#9;script:",
    "java&#x0A;script:",
    "&#106;avascript:",
    "&#x6A;avascript:",
    "javascript&colon;",
    "\x20javascript:",
    "javascript:/*--></title>*/",
    "javascript://%0a",
    "vbscript:",
    "data:text/html,<script>",
    "data:text/html;base64,PHNjcmlwdD4",
    "feed:javascript:",
)
_CARRIERS = (
    '<a href="{}">ga</a>',
    "<a href='{}'>ga</a>",
    '<iframe src="{}"></iframe>',
    '<form action="{}"><button>ga</button></form>',
    "[ga]({})",
    "![ga]({})",
    "<{}>",
    '<svg><a xlink:href="{}"><text>ga</text></a></svg>',
    '<img src="{}">',
)
# Out of an attribute, an element that holds text only, a comment, a script, a template.
_WAYS_OUT = (
    '">',
    "'>",
    "`>",
    "-->",
    "</title>",
    "</textarea>",
    "</script>",
    "</style>",
    "</template>",
    "</noscript>",
    "]]>",
    "</option></select>",
    "*/",
    '" x="',
    "</pre></code>",
    "{{",
    "{%",
    "</a>",
)
_INSIDE = (
    "<script>{}</script>",
    "<img src=x onerror={}>",
    '<svg onload="{}">',
    "<script/src=data:,{}></script>",
)
_ALONE = (
    "<script>{}</script>",
    "<SCRIPT>{}</SCRIPT>",
    "<script >{}</script >",
    "<script\n>{}</script>",
    "<scr<script>ipt>{}</scr</script>ipt>",
    "<script type=module>{}</script>",
    "<svg><script>{}</script></svg>",
    "<math><mi><script>{}</script></mi></math>",
    "<svg><style><img src=x onerror={}></style></svg>",
    "<noscript><p title='</noscript><img src=x onerror={}>'>",
    "<template><script>{}</script></template>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror={}>",
    "<img src=x\nonerror\n=\n{}>",
    "<IMG SRC=x ONERROR={}>",
    "<img src=x onerror=&#x74;op.__xss=(top.__xss||0)+1>",
    "<svg/onload={}>",
    "<iframe srcdoc='<script>{}</script>'>",
    "<embed src=javascript:{}>",
    "<object data=javascript:{}>",
    "<base href=javascript:{}//>",
    "<meta http-equiv=refresh content='0;url=javascript:{}'>",
    "<link rel=stylesheet href=javascript:{}>",
    "<style>@import 'javascript:{}';</style>",
    "<p style='background:url(javascript:{})'>",
    "<button popovertarget=x>ga</button><p popover id=x onbeforetoggle={}>",
    "<math href=javascript:{}>ga</math>",
    "<svg><animate attributeName=href values=javascript:{}>",
    "<svg><set onbegin={} attributeName=x dur=1s>",
    "<p hx-on:load='{}'>",
    "<p hx-get=/ hx-trigger=load>",
    "<p data-hx-on-load='{}'>",
    "<p hx-vals='js:{{a:{}}}'>",
    "<form id=f></form><input form=f name=action>",
    "<img name=body><img name=location>",
    "<a id=trustedTypes><a id=trustedTypes name=createPolicy>",
    "${{{}}}",
    "{{{{constructor.constructor('{}')()}}}}",
    "javascript:{}",
    "&lt;script&gt;{}&lt;/script&gt;",
    "%3Cscript%3E{}%3C/script%3E",
    "\\u003cscript\\u003e{}\\u003c/script\\u003e",
    "\uff1cscript\uff1e{}\uff1c/script\uff1e",
    "<!--<script>{}</script>",
    "<![CDATA[<script>{}</script>]]>",
    "<?xml-stylesheet href='javascript:{}'?>",
    "<xss onpointerenter={} style=display:block>ga</xss>",
    "<details open ontoggle={}>",
    "<dialog open onclose={}>",
    "<svg><foreignObject><body onload={}>",
    "<isindex type=image src=1 onerror={}>",
    "<keygen autofocus onfocus={}>",
    "<table background='javascript:{}'>",
    "<video><source onerror={}></video>",
    "<input type=image src=x onerror={}>",
    "<link rel=preload as=script href=data:, onload={}>",
)


def texts() -> list[str]:
    """All of them, in a fixed order, none twice."""
    made = [
        f"<{name}{more} {event}={PAYLOAD}>"
        for (name, more), event in product(_ELEMENTS.items(), _EVENTS)
    ]
    made += [
        carrier.format(f"{scheme}{PAYLOAD}")
        for index, scheme in enumerate(_SCHEMES)
        for carrier in (_CARRIERS[index % len(_CARRIERS)], _CARRIERS[(index + 4) % len(_CARRIERS)])
    ]
    made += [way + inside.format(PAYLOAD) for way, inside in product(_WAYS_OUT, _INSIDE[:2])]
    made += [alone.format(PAYLOAD) for alone in _ALONE] + [each.format(PAYLOAD) for each in _INSIDE]
    return list(dict.fromkeys(made))


def packed(limit: int) -> list[list[str]]:
    """The same in groups that, joined by a space, have at most this many characters."""
    groups: list[list[str]] = []
    for text in (" ".join(text.split()) for text in texts()):
        if groups and len(" ".join([*groups[-1], text])) <= limit:
            groups[-1].append(text)
        else:
            groups.append([text])
    return groups
