// Theme and colours: the server keeps them in cookies and draws the page right from the start; here they change live.
const page = document.documentElement;

document.addEventListener("appearance", ({ detail: { theme, colours } }) => {
  page.dataset.theme = theme;
  page.dataset.colours = colours;
  for (const button of document.querySelectorAll("button[name='theme']")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
});

/** Call `redraw` when the colours of the page change, whoever changes them. For what CSS cannot reach, such as charts. */
export function onColoursChange(redraw) {
  document.addEventListener("appearance", () => requestAnimationFrame(redraw));
  matchMedia("(prefers-color-scheme: light)").addEventListener("change", redraw);
}

const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

/** The value of a colour token such as "--up" in the page's theme, as rgba(…) text. */
export function colour(token, opacity = 1) {
  const element = document.createElement("i");
  element.hidden = true;
  element.style.color = `var(${token})`;
  document.body.append(element);
  probe.clearRect(0, 0, 1, 1);
  probe.fillStyle = getComputedStyle(element).color;
  element.remove();
  probe.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = probe.getImageData(0, 0, 1, 1).data;
  return `rgba(${red}, ${green}, ${blue}, ${(alpha / 255) * opacity})`;
}
