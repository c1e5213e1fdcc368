"""Scripts that stand in <head> of every page, so that they run before the framework's own."""

from __future__ import annotations

import json
import re
from pathlib import Path

from conference_app.config import LANGUAGES
from conference_app.texts import _, language

_LEFT_OUT = re.compile(r"^\s*//.*\n|\s+//.*$|^\s+", re.MULTILINE)
"""Comments and indents of our script files: every page carries the rest."""

STORAGE_FALLBACK = (
    "(function(){function memory(){var kept={};return{getItem:function(k){return k in kept?kept[k]:null},"
    "setItem:function(k,v){kept[k]=String(v)},removeItem:function(k){delete kept[k]},clear:function(){kept={}},"
    "key:function(i){return Object.keys(kept)[i]||null},get length(){return Object.keys(kept).length}}}"
    "var blocked=!navigator.cookieEnabled;['localStorage','sessionStorage'].forEach(function(name){"
    "try{window[name].getItem('')}catch(error){blocked=true;"
    "Object.defineProperty(window,name,{configurable:true,value:memory()})}});"
    "if(blocked)document.documentElement.setAttribute('data-storage','blocked')})()"
)
"""Browsers that block cookies refuse their storage too, by an exception that would stop the whole page: the framework
then gets one that forgets when the page is left, and `<html data-storage="blocked">` lets pages say what is lost."""


FOLLOW_MAILED_LINK = (
    "(function(){function take(){var found=/^#token=([A-Za-z0-9_-]{20,100})$/.exec(location.hash);if(found){"
    "window.parleyLinkToken=found[1];history.replaceState(history.state,'',location.pathname+location.search)}}"
    "take();window.addEventListener('hashchange',take)})()"
)
"""Takes the secret of a mailed link out of the address before anything else sees it; `LinkToken` hands it on."""


def _script(name: str) -> str:
    """The script file `name` of this folder, without what only people read."""
    return _LEFT_OUT.sub("", Path(__file__).with_name(name).read_text(encoding="utf-8"))


def translated_text() -> str:
    """Keeps a page alive, and its words current, under a program that translates it in place."""
    return _script("translated_text.js")


def last_words() -> str:
    """Says that the page stopped working where nothing else is left that could."""
    words = {code: _words_in(code) for code in LANGUAGES}
    return _script("last_words.js").replace("WORDS = {}", f"WORDS = {json.dumps(words)}")


def _words_in(code: str) -> dict[str, str]:
    with language(code):
        return {"title": _("This page stopped working."), "detail": broken_words(), "again": _("Reload the page")}


def broken_words() -> str:
    """What somebody reads whose page failed in the browser."""
    return _("The mistake is on our side. Your meetings and your account are safe. Reload the page to go on.")
