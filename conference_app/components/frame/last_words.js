// When even the error boundary fails, React takes everything away. Then these words stand there, which need no React;
// base.css hides them on a page that shows something.
(() => {
  const WORDS = {};
  const show = () => {
    const { title, detail, again } = WORDS[location.pathname.split("/")[1]] ?? WORDS.en;
    const words = document.createElement("section"); // React takes no section for its own
    words.setAttribute("role", "alert");
    words.className = "last-words";
    for (const [tag, text] of [["h1", title], ["p", detail], ["button", again]])
      words.appendChild(document.createElement(tag)).textContent = text;
    words.lastChild.onclick = () => location.reload();
    (document.body ?? document.documentElement).appendChild(words);
  };
  const look = () => {
    if (!document.querySelector("main, .last-words")) show();
  };
  const wait = () => setTimeout(look, 0);
  addEventListener("error", wait);
  addEventListener("unhandledrejection", wait);
})();
