// A page translator puts <font> elements in the place of text nodes, or around them. React keeps the nodes it made: to
// take one away that is no longer there throws, and the whole page goes; to change one changes what nobody sees. Here
// the node's stand-in is taken instead, and a node that gets other words comes back with them, to be translated anew.
(() => {
  const TEXT = 3;
  const MOVES = 5; // a stand-in may have been replaced in its turn
  const standIns = new WeakMap();
  const taken = new WeakSet(); // each stands for one node
  const node = Node.prototype;
  const { appendChild, insertBefore, removeChild, replaceChild } = node;
  const value = Object.getOwnPropertyDescriptor(node, "nodeValue");

  const standsFor = (gone, { addedNodes, previousSibling, nextSibling }) => {
    const isFree = (one) => one?.nodeName === "FONT" && !taken.has(one);
    const found = addedNodes[0] ?? [previousSibling, nextSibling].find(isFree);
    if (!found || found === gone) return;
    taken.add(found);
    standIns.set(gone, found);
  };
  const note = (records) => {
    for (const record of records)
      for (const gone of record.removedNodes)
        if (gone.nodeType === TEXT || gone.nodeName === "FONT") standsFor(gone, record);
  };
  const watch = new MutationObserver(note);
  watch.observe(document, { childList: true, subtree: true });

  const findStandIn = (lost, isThere) => {
    note(watch.takeRecords());
    let found = lost;
    for (let moves = 0; found && moves < MOVES && !isThere(found); moves += 1) found = standIns.get(found);
    return found && isThere(found) ? found : null;
  };
  const childInstead = (parent, lost) => {
    let found = findStandIn(lost, (one) => parent.contains(one));
    while (found && found.parentNode !== parent) found = found.parentNode;
    return found;
  };
  const clearStandIn = (parent, moved) => {
    if (moved.nodeType !== TEXT || moved.parentNode === parent) return;
    const standIn = childInstead(parent, moved);
    if (standIn && standIn !== moved) removeChild.call(parent, standIn);
  };

  node.removeChild = function (child) {
    const found = child.parentNode === this ? child : childInstead(this, child);
    if (found) removeChild.call(this, found);
    return child;
  };
  node.insertBefore = function (added, before) {
    clearStandIn(this, added);
    const place = before && before.parentNode !== this ? childInstead(this, before) : before;
    return insertBefore.call(this, added, place);
  };
  node.appendChild = function (added) {
    clearStandIn(this, added);
    return appendChild.call(this, added);
  };
  Object.defineProperty(node, "nodeValue", {
    ...value,
    set(words) {
      value.set.call(this, words);
      if (this.nodeType !== TEXT || this.isConnected) return;
      const standIn = findStandIn(this, (one) => one.isConnected);
      if (standIn) replaceChild.call(standIn.parentNode, this, standIn);
    },
  });
})();
