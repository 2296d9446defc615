// Sorting, filters, columns and theme. Every page is whole without it.
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);

  // --- Theme -------------------------------------------------------------------------------------------------------

  const themes = ["system", "light", "dark"];
  const switcher = one("#theme");
  const label = (name) => {
    switcher.textContent = `Theme: ${name}`;
  };
  switcher.hidden = false;
  label(theme.read());
  switcher.addEventListener("click", () => {
    const now = document.documentElement.dataset.theme || "system";
    const next = themes[(themes.indexOf(now) + 1) % themes.length];
    theme.keep(next);
    label(next);
  });

  // --- Sorting -----------------------------------------------------------------------------------------------------

  // What a cell is sorted by: a number where it has one, its text otherwise, null where it has no value.
  const key = (cell) => {
    if (!cell || cell.classList.contains("none")) return null;
    const given = cell.dataset.v ?? cell.style.getPropertyValue("--p");
    if (given !== "") {
      const number = Number(given);
      if (!Number.isNaN(number)) return number;
    }
    const text = cell.textContent.trim();
    if (text === "" || text.startsWith("–")) return null;
    const number = Number(text.split(" ")[0].replaceAll(",", "").replace("−", "-"));
    return Number.isNaN(number) ? text.toLowerCase() : number;
  };

  const compare = (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), "en", { numeric: true });
  };

  // Rows without a value stay at the end in either direction; equal rows stand as they were delivered.
  const delivery = new Map();
  const sort = (table, head, direction) => {
    const body = table.tBodies[0];
    const index = head.cellIndex;
    const sign = direction === "descending" ? -1 : 1;
    if (!delivery.has(table)) delivery.set(table, [...body.rows]);
    const rows = delivery.get(table).map((row) => ({ row, value: key(row.cells[index]) }));
    rows.sort((a, b) => {
      if (a.value === null || b.value === null) return (a.value === null) - (b.value === null);
      return sign * compare(a.value, b.value);
    });
    body.append(...rows.map(({ row }) => row));
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", direction);
  };

  // Numbers begin with their good end, words with A.
  const first = (table, head) => {
    if (head.dataset.first) return head.dataset.first;
    const values = [...table.tBodies[0].rows].map((row) => key(row.cells[head.cellIndex]));
    return values.some((value) => typeof value === "number") ? "descending" : "ascending";
  };

  const opposite = { ascending: "descending", descending: "ascending" };
  for (const table of all("table.sortable")) {
    for (const head of table.tHead.rows[0].cells) {
      head.addEventListener("click", (event) => {
        if (!event.target.closest("button")) return;
        sort(table, head, opposite[head.getAttribute("aria-sort")] || first(table, head));
        table.dispatchEvent(new Event("sorted"));
      });
    }
  }

  // --- A filter over the list of proxies -------------------------------------------------------------------------------

  const filter = one("#filter");
  if (filter) {
    filter.hidden = false;
    const rows = all("table.sortable tbody tr");
    one("input", filter).addEventListener("input", (event) => {
      const words = event.target.value.toLowerCase().split(/\s+/);
      for (const row of rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
    });
  }

  // --- A link into folded text unfolds it ------------------------------------------------------------------------------

  const unfold = () => {
    if (!location.hash || location.hash.includes("=")) return;
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const details = target?.closest("details");
    if (details) details.open = true;
    target?.scrollIntoView({ block: "center" });
  };
  unfold();
  addEventListener("hashchange", unfold);
  addEventListener("beforeprint", () => {
    for (const details of all("main > details")) details.open = true;
  });

  // --- The board -------------------------------------------------------------------------------------------------------

  const board = one("#board");
  if (!board) return;
  const controls = one("#controls");
  controls.hidden = false;
  one("#more").open = !matchMedia("(max-width: 46rem)").matches;
  const heads = [...board.tHead.rows[0].cells];
  const body = board.tBodies[0];
  const delivered = [...body.rows];
  const find = one("#find");
  const rule = one("#rule");
  const beats = one("#beats");
  const audit = one("#audit");
  const classes = all("input[name=class]");
  const columns = all("input[name=column]");
  const defaults = new Map(columns.map((box) => [box, box.checked]));
  const column = (name) => heads.findIndex((head) => head.dataset.key === name);
  const cellOf = (row, name) => row.cells[column(name)];

  const words = { b: "better", e: "even", w: "worse", r: "the rule", u: "no tau-b" };
  const tones = { b: "good", w: "bad" };

  // The column against the rule follows the rule that is chosen, and so does the line in the bars.
  const against = () => {
    const chosen = Number(rule.value);
    const index = column("versus_rule");
    let tau = "";
    for (const row of delivered) {
      const letter = row.dataset.versus[chosen];
      if (letter === "r") tau = cellOf(row, "tau_b").style.getPropertyValue("--p");
      if (index < 0) continue;
      row.cells[index].textContent = words[letter];
      row.cells[index].dataset.tone = tones[letter] || "neutral";
    }
    if (tau) board.style.setProperty("--rule", tau);
  };

  // What a row is found by: its label and its title.
  const named = new Map(delivered.map((row) => [row, row.cells[0].textContent.toLowerCase()]));

  const choose = () => {
    const wanted = find.value.toLowerCase().split(/\s+/);
    const allowed = new Set(classes.filter((box) => box.checked).map((box) => box.value));
    let count = 0;
    for (const row of delivered) {
      const letter = row.dataset.versus[Number(rule.value)];
      const fits =
        allowed.has(row.dataset.class) &&
        wanted.every((word) => named.get(row).includes(word)) &&
        (!beats.checked || letter === "b" || letter === "r") &&
        (!audit?.value || cellOf(row, "audit").textContent === audit.value);
      row.hidden = !fits;
      if (fits) count += 1;
    }
    const sorted = heads.find((head) => head.hasAttribute("aria-sort"));
    const by = sorted ? `, sorted by ${sorted.textContent}, ${sorted.getAttribute("aria-sort")}` : "";
    one("#shown").textContent = `${count} of ${delivered.length} rows${by}`;
  };

  const lay = () => {
    for (const box of columns) {
      const index = column(box.value);
      for (const row of board.rows) row.cells[index].hidden = !box.checked;
    }
  };

  // The address keeps the view, so that it can be shared and comes back with the page.
  const remember = () => {
    const state = new URLSearchParams();
    if (find.value) state.set("find", find.value);
    if (rule.value !== "0") state.set("rule", rule.value);
    if (beats.checked) state.set("beats", "1");
    if (audit?.value) state.set("audit", audit.value);
    const off = classes.filter((box) => !box.checked).map((box) => box.value);
    if (off.length) state.set("without", off.join(" "));
    const shown = columns.filter((box) => box.checked !== defaults.get(box)).map((box) => box.value);
    if (shown.length) state.set("columns", shown.join(" "));
    const sorted = heads.find((head) => head.hasAttribute("aria-sort"));
    if (sorted && (sorted.dataset.key !== "rank" || sorted.getAttribute("aria-sort") !== "ascending")) {
      state.set("sort", `${sorted.dataset.key} ${sorted.getAttribute("aria-sort")}`);
    }
    const text = state.toString();
    try {
      history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
    } catch {
      // Some viewers do not let a file change its address; the view works without.
    }
  };

  const recall = () => {
    if (!location.hash.includes("=")) return;
    const state = new URLSearchParams(location.hash.slice(1));
    find.value = state.get("find") || "";
    if (rule.options[Number(state.get("rule"))]) rule.value = String(Number(state.get("rule")));
    beats.checked = state.has("beats");
    if (audit) audit.value = state.get("audit") || "";
    const off = new Set((state.get("without") || "").split(" "));
    for (const box of classes) box.checked = !off.has(box.value);
    const toggled = new Set((state.get("columns") || "").split(" "));
    for (const box of columns) box.checked = defaults.get(box) !== toggled.has(box.value);
    const [name, direction] = (state.get("sort") || "").split(" ");
    const head = heads[column(name)];
    if (head && opposite[direction]) sort(board, head, direction);
  };

  const update = () => {
    against();
    lay();
    choose();
    remember();
  };

  if (audit) {
    const verdicts = new Set(delivered.map((row) => cellOf(row, "audit").textContent).filter((text) => text !== "–"));
    for (const verdict of [...verdicts].sort()) audit.append(new Option(verdict, verdict));
  }
  recall();
  against();
  lay();
  choose();
  controls.addEventListener("input", update);
  board.addEventListener("sorted", update);

  one("#reset").addEventListener("click", () => {
    find.value = "";
    rule.value = "0";
    beats.checked = false;
    if (audit) audit.value = "";
    for (const box of classes) box.checked = true;
    for (const box of columns) box.checked = defaults.get(box);
    sort(board, heads[column("rank")], "ascending");
    update();
  });

  // --- The view as CSV -----------------------------------------------------------------------------------------------------

  const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const fields = (cell) => {
    if (cell.classList.contains("none")) return ["", "", ""];
    const value = (name) => cell.style.getPropertyValue(name);
    if (value("--p")) return [value("--p"), value("--a"), value("--b")].map((text) => String(Number(text)));
    if (cell.classList.contains("n") && cell.dataset.v) return [String(Number(cell.dataset.v)), "", ""];
    const small = one("small", cell)?.textContent || "";
    const text = cell.firstElementChild?.tagName === "A" ? cell.firstElementChild.textContent : cell.textContent;
    return [text.slice(0, text.length - (text.endsWith(small) ? small.length : 0)).replace("−", "-"), "", ""];
  };

  one("#save").addEventListener("click", () => {
    const shown = heads.map((head, index) => ({ head, index })).filter(({ head }) => !head.hidden);
    const rows = [...body.rows].filter((row) => !row.hidden);
    const wide = ({ index }) => rows.some((row) => row.cells[index].style.getPropertyValue("--p"));
    const names = shown.flatMap((at) => {
      const name = at.head.dataset.key;
      return wide(at) ? [name, `${name}_low`, `${name}_high`] : [name];
    });
    const lines = rows.map((row) =>
      shown.flatMap((at) => fields(row.cells[at.index]).slice(0, wide(at) ? 3 : 1)).map(quoted).join(","),
    );
    const file = new Blob([[names.join(","), ...lines, ""].join("\n")], { type: "text/csv" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = `${location.pathname.split("/").pop().replace(".html", "")}-view.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
})();
