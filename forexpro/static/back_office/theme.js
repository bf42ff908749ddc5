// unfold remembers a theme by itself; here the product's choice counts, which the page already comes with. A script of
// unfold has a global of the same name, hence the block.
{
  const chosen = document.documentElement.classList;
  const theme = chosen.contains("dark") ? "dark" : chosen.contains("light") ? "light" : "auto";
  window.localStorage.setItem("adminTheme", JSON.stringify(theme));
}
