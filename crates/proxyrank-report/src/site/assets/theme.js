// Runs before anything is painted, so that a page never flashes in the wrong theme.
"use strict";
const theme = {
  key: "proxyrank-theme",
  // Storage may be forbidden, as it is for some files; then the choice lasts as long as the page.
  read() {
    try {
      return localStorage.getItem(this.key) || "system";
    } catch {
      return "system";
    }
  },
  show(name) {
    if (name === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
  },
  keep(name) {
    this.show(name);
    try {
      localStorage.setItem(this.key, name);
    } catch {
      // Nothing to do: the page shows the choice all the same.
    }
  },
};
theme.show(theme.read());
