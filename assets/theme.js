// For pages made by the server alone: the theme chosen on the others. Without it they follow the device.
try {
  const chosen = localStorage.getItem("theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.classList.add(chosen);
} catch {
  // Storage is blocked: nothing was chosen.
}
