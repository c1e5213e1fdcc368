"""Scripts that stand in <head> of every page, so that they run before the framework's own."""

from __future__ import annotations

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
