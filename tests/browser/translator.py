"""A program that translates pages in place, as browsers' and extensions' do: with <font> elements, again at each change."""

from __future__ import annotations

from typing import Literal

from playwright.sync_api import BrowserContext

Way = Literal["in their place", "around them"]
"""Where the <font> elements come: for the text nodes that were there, as Google's, or around them."""

_SCRIPT = """(() => {
  const LEFT = "script, style, noscript, textarea, svg, font, [translate=no]";
  const translated = (node) => {
    if (!node.data.trim() || !node.parentElement || node.parentElement.closest(LEFT)) return;
    const font = document.createElement("font");
    if (WAY === "around them") {
      node.parentElement.insertBefore(font, node);
      font.append(node);
      return;
    }
    font.append(document.createElement("font"));
    font.firstChild.textContent = `\\u00ab${node.data}\\u00bb`;
    node.replaceWith(font);
  };
  const all = (root) => {
    const texts = [], walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) texts.push(walk.currentNode);
    texts.forEach(translated);
  };
  const start = () => {
    all(document.body);
    new MutationObserver((records) => records.forEach(({ target, addedNodes }) => {
      if (target.nodeType === 3) translated(target);
      for (const added of addedNodes) added.nodeType === 3 ? translated(added) : all(added);
    })).observe(document.body, { childList: true, characterData: true, subtree: true });
  };
  addEventListener("load", start);
})()"""


def translate(context: BrowserContext, way: Way) -> None:
    """Have every page of `context` translated once it is loaded: each text is «text»."""
    context.add_init_script(_SCRIPT.replace("WAY", f'"{way}"'))
