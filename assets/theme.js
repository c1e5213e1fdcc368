// For pages made by the server alone: the theme chosen on the others, and a menu to choose it here. Without a script
// they follow the device.
const THEME = "theme";
let chosen = "system";
try {
  chosen = localStorage.getItem(THEME) ?? chosen;
} catch {
  // Storage is blocked: nothing was chosen.
}

function show() {
  document.documentElement.classList.remove("light", "dark");
  if (chosen === "dark" || chosen === "light") document.documentElement.classList.add(chosen);
  for (const one of document.querySelectorAll("#theme button")) one.setAttribute("aria-pressed", one.value === chosen);
}

function choose({ currentTarget }) {
  chosen = currentTarget.value;
  try {
    localStorage.setItem(THEME, chosen);
  } catch {
    // Storage is blocked: it holds for this page.
  }
  show();
}

show();
addEventListener("DOMContentLoaded", () => {
  const menu = document.getElementById("theme");
  if (!menu) return;
  menu.hidden = false;
  for (const one of menu.querySelectorAll("button")) one.addEventListener("click", choose);
  show();
});
