"use strict";
(() => {
  const data = JSON.parse(document.getElementById("payload").textContent);
  const byId = (id) => document.getElementById(id);
  const english = () => byId("to-en").checked;
  const say = (vi, en) => `<span lang="vi">${vi}</span><span lang="en">${en}</span>`;
  const safe = (text) => String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
  const WORDS = data.words;

  // Numbers are written the Vietnamese way; in English points and commas change places.
  const swap = (text) => text.replace(/\d[\d.,]*/g, (n) => n.replace(/[.,]/g, (c) => (c === "." ? "," : ".")));
  let shownEnglish = false;
  const renumber = (root) => {
    root.querySelectorAll(".n").forEach((element) => {
      if (element.closest(".n") !== element || element.parentElement.closest(".n")) return;
      const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) walk.currentNode.data = swap(walk.currentNode.data);
    });
    root.querySelectorAll("svg title").forEach((title) => { title.textContent = swap(title.textContent); });
  };
  const setLanguage = () => {
    document.documentElement.lang = english() ? "en" : "vi";
    if (english() !== shownEnglish) { shownEnglish = english(); renumber(document); }
    document.querySelectorAll("option[data-vi]").forEach((o) => { o.textContent = english() ? o.dataset.en : o.dataset.vi; });
    try { localStorage.setItem("de06-language", english() ? "en" : "vi"); } catch { /* a file page may have none */ }
  };
  const number = (value, places) => {
    // Half up by the digits written, as the tables do: toFixed makes 1.4 of 1.45.
    const shifted = Number(`${Math.abs(value)}e${places}`);
    const rounded = Number.isNaN(shifted) ? Math.abs(value) : Number(`${Math.round(shifted)}e-${places}`);
    const text = rounded.toFixed(places).replace(/\B(?=(\d{3})+(?!\d))/g, (c, p, at, all) => (all.indexOf(".") >= 0 && at > all.indexOf(".") ? "" : "~"));
    const written = text.replace(".", ",").replaceAll("~", ".");
    return (value < 0 && Number(text.replaceAll("~", "")) !== 0 ? "−" : "") + (shownEnglish ? swap(written) : written);
  };

  // Figures: [numerator, denominator, bound?, of how many areas a partial one is?] as stored, or the letter of a status.
  const KEYS = ["name_vi", "name_en", "unit", "places", "per", "multiplier", "quotient", "kind", "direction", "target", "thresholds", "formula", "legal", "datasets", "windows"];
  const indicator = (code) => Object.fromEntries(KEYS.map((key, at) => [key, data.indicators[code][at]]));
  const valueOf = (one, figure) => {
    if (!Array.isArray(figure) || figure[0] === null) return null;
    const [top, bottom] = figure;
    if (one.kind === "share" && bottom === null) return top / 10000;
    if (!one.quotient) return (top * one.multiplier) / one.per;
    return bottom ? (top * one.multiplier) / (bottom * one.per) : null;
  };
  // What a place goes by: of a score the share of what could be measured.
  const standingOf = (one, figure) => (one.kind === "score" && Array.isArray(figure) && figure[1] ? figure[0] / figure[1] : valueOf(one, figure));
  const partsOf = (one, figure) => {
    if (!Array.isArray(figure) || figure[1] === null || !["ratio", "share", "mean", "median", "score"].includes(one.kind)) return "";
    const below = one.kind === "score" ? figure[1] / one.per : figure[1];
    return `${number(figure[0] / one.per, one.per === 1 ? 0 : one.kind === "score" ? 2 : 1)} / ${number(below, 0)}`;
  };
  const isFew = (one, code, figure) => Array.isArray(figure) && figure[1] !== null && ["ratio", "share", "mean", "median"].includes(one.kind) && figure[1] < data.small && !data.whole.includes(code);
  const toneOf = (one, value) => {
    if (value === null || one.direction === "none" || (one.target === null && !one.thresholds.length)) return "none";
    const sign = one.direction === "higher" ? 1 : -1;
    if (one.target !== null && sign * value >= sign * one.target) return "good";
    const passed = one.thresholds.filter((limit) => sign * value >= sign * limit).length;
    if (one.target === null && passed === one.thresholds.length) return "good";
    return passed ? "fair" : "low";
  };
  const unitOf = (one) => say(...(data.unitNames[one.unit] || [one.unit, one.unit]));
  const plainUnit = (one) => (data.unitNames[one.unit] || [one.unit, one.unit])[shownEnglish ? 1 : 0];
  // More decimals where a rate would read as 0 or 100 % or as its target without being it.
  const placesFor = (one, value) => {
    const reads = (places) => [0, 100, one.target].some((limit) => limit !== null && value !== limit && number(value, places) === number(limit, places));
    return one.unit !== "%" || !reads(one.places) ? one.places : reads(one.places + 1) ? one.places + 2 : one.places + 1;
  };
  const written = (one, figure) => `${figure[2] ? figure[2] + " " : ""}${number(valueOf(one, figure), placesFor(one, valueOf(one, figure)))}`;
  const marksOf = (one, code, figure) => (isFew(one, code, figure) ? `<span class="mark few">${say("mẫu số nhỏ", "small base")}</span>` : "") + (!Array.isArray(figure) || !figure[3] ? "" : `<span class="mark part">${figure[3].endsWith("/1") ? say("chưa đủ số liệu", "partial") : say(`${figure[3]} địa phương đã gửi`, `${figure[3]} areas delivered`)}</span>`);
  const cell = (one, code, figure) => {
    const value = valueOf(one, figure);
    if (value === null) return `<span class="why">${say(...(WORDS.status[figure] || WORDS.status.x))}</span>`;
    const parts = partsOf(one, figure);
    return `<span class="v n">${safe(written(one, figure))}</span>` + (parts ? `<span class="parts n">${parts}</span>` : "") + marksOf(one, code, figure);
  };

  // Sorting: by what a place goes by, the value behind most cells; areas without a figure always last.
  const table = byId("unit-table");
  if (table) {
    const body = table.tBodies[0];
    const heads = [...table.tHead.querySelectorAll("th[data-sort]")];
    const sortBy = (head) => {
      const key = head.dataset.sort;
      const before = head.getAttribute("aria-sort");
      const firstUp = key === "name" || head.dataset.better === "lower";
      const direction = before === "none" ? (firstUp ? "ascending" : "descending") : before === "ascending" ? "descending" : "ascending";
      heads.forEach((other) => other.setAttribute("aria-sort", other === head ? direction : "none"));
      const rows = [...body.rows];
      const sign = direction === "ascending" ? 1 : -1;
      const value = (row) => (key === "name" ? row.dataset.name : row.querySelectorAll("td.num")[key].dataset.value);
      rows.sort((a, b) => {
        const [x, y] = [value(a), value(b)];
        if (key === "name") return sign * x.localeCompare(y, "vi");
        if (x === "" || y === "") return (x === "") - (y === "");
        return sign * (Number(x) - Number(y));
      });
      rows.forEach((row) => {
        body.append(row);
        if (key !== "name") {
          row.querySelector("td.rank").textContent = row.querySelectorAll("td.num")[key].dataset.rank;
          row.querySelectorAll(".lines").forEach((line, at) => { line.hidden = at !== Number(key); });
        }
      });
    };
    heads.forEach((head) => head.querySelector("button").addEventListener("click", () => sortBy(head)));
  }

  // Map: the dots stand where they were placed; colour, size and text follow the indicator.
  const drawMap = (code, holder) => {
    const one = indicator(code), figures = data.figures[`${code}|${one.windows[0]}`];
    if (!figures || !figures.u || !data.places.length) { holder.innerHTML = ""; return; }
    const sizes = data.units.map((_, at) => { const f = figures.u[at]; return Array.isArray(f) && f[0] !== null ? (f[1] ?? f[0]) : 0; });
    const largest = Math.max(...sizes, 1);
    const labels = [...(byId("map-holder") || document).querySelectorAll("svg.map text")].map((text) => text.outerHTML).join("");
    const order = data.units.map((_, at) => at).filter((at) => data.places[at]).sort((a, b) => sizes[b] - sizes[a]);
    holder.innerHTML = `<svg class="map" viewBox="0 0 ${data.mapSize[0]} ${data.mapSize[1]}" role="img" aria-label="${safe(one.name_vi)} / ${safe(one.name_en)}">` + order.map((at) => {
      const [x, y, inset] = data.places[at], figure = figures.u[at], value = valueOf(one, figure);
      const r = value === null ? data.radius * 0.4 : data.radius * (0.45 + 0.55 * Math.sqrt(sizes[at] / largest));
      const parts = partsOf(one, figure);
      const said = `${data.units[at][2]}: ` + (value === null ? (WORDS.status[figure] || WORDS.status.x)[shownEnglish ? 1 : 0] : `${written(one, figure)} ${plainUnit(one)}${parts ? ` (${parts})` : ""}`);
      return (inset ? `<rect class="inset" x="${x - 46}" y="${y - 40}" width="92" height="84" rx="6"/>` : "") + `<circle class="t-${value === null ? "void" : toneOf(one, value)}" cx="${x}" cy="${y}" r="${r.toFixed(1)}" tabindex="-1"><title>${safe(said)}</title></circle>`;
    }).join("") + labels + "</svg>";
  };
  const pick = byId("map-pick"), holder = byId("map-holder");
  if (pick) {
    [...pick.options].forEach((option) => { const one = indicator(option.value); option.dataset.vi = one.name_vi; option.dataset.en = one.name_en; });
    pick.addEventListener("change", () => { const one = indicator(pick.value); byId("map-name").innerHTML = say(safe(one.name_vi), safe(one.name_en)); drawMap(pick.value, holder); byId("map-said").textContent = ""; });
  }
  document.addEventListener("click", (event) => {
    const dot = event.target.closest && event.target.closest(".map circle");
    if (dot) { const box = dot.closest(".map-box") ? byId("map-said") : byId("x-said"); if (box) box.textContent = dot.querySelector("title").textContent; }
  });

  const line = (values, width, height, pad) => {
    const known = values.filter((v) => v !== null && v !== undefined);
    if (known.length < 2) return null;
    const low = Math.min(...known), span = Math.max(...known) - low || 1, step = (width - 2 * pad) / Math.max(values.length - 1, 1);
    const points = values.map((v, at) => (v === null || v === undefined ? null : [pad + step * at, height - pad - ((height - 2 * pad) * (v - low)) / span]));
    return { points, d: points.map((p, at) => (p ? `${points[at - 1] ? "L" : "M"}${p[0].toFixed(1)} ${p[1].toFixed(1)}` : "")).join("") };
  };
  const spark = (values) => { const drawn = line(values, 84, 22, 3); return drawn ? `<svg class="spark" viewBox="0 0 84 22" width="84" height="22" aria-hidden="true"><path d="${drawn.d}"/></svg>` : ""; };
  const trend = (one, code, figures) => {
    const values = figures.map((f) => valueOf(one, f));
    const drawn = line(values, 296, 116, 6);
    if (!drawn) return `<p class="hint">${say("Chưa đủ hai tháng để vẽ xu hướng.", "Fewer than two months; no trend.")}</p>`;
    const known = values.filter((v) => v !== null);
    const month = (at) => `${data.months[at].slice(5)}/${data.months[at].slice(0, 4)}`;
    return `<svg class="trend" viewBox="0 0 340 150" role="img" aria-label="${safe(one.name_vi)}"><g transform="translate(40 10)"><path class="line" d="${drawn.d}"/>` + drawn.points.map((p, at) => {
      if (!p) return "";
      const parts = partsOf(one, figures[at]);
      return `<circle class="${marksOf(one, code, figures[at]) ? "few" : "full"}" cx="${p[0].toFixed(1)}" cy="${p[1].toFixed(1)}" r="3"><title>${safe(`${month(at)}: ${written(one, figures[at])} ${plainUnit(one)}${parts ? ` (${parts})` : ""}`)}</title></circle>`;
    }).join("") + `<text x="-4" y="10" text-anchor="end">${number(Math.max(...known), one.places)}</text><text x="-4" y="113" text-anchor="end">${number(Math.min(...known), one.places)}</text></g><text x="46" y="146">${month(0)}</text><text x="330" y="146" text-anchor="end">${month(data.months.length - 1)}</text></svg>`;
  };

  // Explorer
  const plainText = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/gi, "d").toLowerCase();
  const codes = Object.keys(data.indicators);
  const haystack = Object.fromEntries(codes.map((code) => [code, plainText(`${code} ${data.indicators[code][0]} ${data.indicators[code][1]}`)]));
  const find = byId("find"), found = byId("found"), explored = byId("explored");
  let current = null;
  const list = () => {
    const words = plainText(find.value).split(/\s+/).filter(Boolean);
    const hits = codes.filter((code) => words.every((word) => haystack[code].includes(word)));
    found.innerHTML = hits.map((code) => { const one = indicator(code); return `<button type="button" role="option" aria-selected="${code === current}" data-code="${code}">${say(safe(one.name_vi), safe(one.name_en))}</button>`; }).join("") || `<p class="hint">${say("Không có chỉ tiêu nào khớp.", "No indicator matches.")}</p>`;
    return hits;
  };
  const explore = (code, window) => {
    if (!data.indicators[code]) return;
    current = code;
    const one = indicator(code), key = `${code}|${window || one.windows[0]}`, figures = data.figures[key] || {};
    const all = figures.a || [], now = all[all.length - 1] ?? "x", value = valueOf(one, now);
    const units = data.units.map((unit, at) => ({ unit, figure: (figures.u || [])[at] ?? "x", line: (figures.t || [])[at] || [] })).filter((row) => figures.u);
    units.sort((a, b) => { const [x, y] = [standingOf(one, a.figure), standingOf(one, b.figure)]; if (x === null || y === null) return (x === null) - (y === null); return one.direction === "lower" ? x - y : y - x; });
    const breakdowns = Object.entries(figures.b || {});
    const byName = {};
    breakdowns.forEach(([label, figure]) => { const name = label.split(";").map((part) => part.split("=")[0]).join(" × "); (byName[name] ||= []).push([label.split(";").map((part) => part.slice(part.indexOf("=") + 1)).join(" × "), figure]); });
    const bars = Object.entries(byName).map(([name, rows]) => {
      rows.sort((a, b) => (valueOf(one, b[1]) ?? -1) - (valueOf(one, a[1]) ?? -1));
      const most = Math.max(...rows.map((row) => valueOf(one, row[1]) || 0), 1e-9);
      return `<h4>${name.split(" × ").map((n) => say(...(WORDS.breakdowns[n] || [n, n]))).join(" × ")}</h4><table><tbody>` + rows.slice(0, 15).map(([label, figure]) => `<tr><th scope="row">${safe(label)}</th><td class="num">${cell(one, code, figure)}</td><td style="width:35%"><span class="hbar" style="width:${(100 * Math.max(valueOf(one, figure) || 0, 0) / most).toFixed(1)}%"></span></td></tr>`).join("") + `</tbody></table>` + (rows.length > 15 ? `<p class="hint">${say(`và ${rows.length - 15} giá trị khác trong tệp Excel`, `and ${rows.length - 15} more in the workbook`)}</p>` : "");
    }).join("");
    explored.innerHTML = `<div class="explored" data-explored="${code}"><div class="full"><h3>${say(safe(one.name_vi), safe(one.name_en))} <code>${code}</code></h3>` +
      `<p class="big">${value === null ? cell(one, code, now) : `<span class="v n">${safe(written(one, now))}</span> <span class="unit">${unitOf(one)}</span> <span class="parts n">${partsOf(one, now)}</span>${marksOf(one, code, now)}`} ${toneOf(one, value) !== "none" ? `<span class="tone t-${toneOf(one, value)}">${say(...WORDS.tones[toneOf(one, value)])}</span>` : ""}</p>` +
      `<p>${one.windows.map((w) => `<button type="button" class="chip" data-window="${w}" aria-pressed="${key.endsWith("|" + w)}">${say(...WORDS.windows[w])}</button>`).join(" ")}</p></div>` +
      `<div><h3>${say("Xu hướng", "Trend")}</h3>${trend(one, code, all)}</div>` +
      `<div><h3>${say("Bản đồ", "Map")}</h3><div id="x-map"></div><p id="x-said" class="said" aria-live="polite"></p></div>` +
      (units.length ? `<div><h3>${say("Theo địa bàn", "By area")}</h3><div class="scroll" tabindex="0"><table><thead><tr><th>${say("Hạng", "Rank")}</th><th>${say("Địa bàn", "Area")}</th><th>${unitOf(one)}</th><th></th></tr></thead><tbody>${units.map((row) => { const own = standingOf(one, row.figure); const better = units.filter((other) => { const v = standingOf(one, other.figure); return v !== null && own !== null && (one.direction === "lower" ? v < own : v > own); }).length; return `<tr><td class="rank">${own === null ? "" : better + 1}</td><th scope="row">${safe(row.unit[2])}</th><td class="num">${cell(one, code, row.figure)}</td><td>${spark(row.line)}</td></tr>`; }).join("")}</tbody></table></div></div>` : "") +
      `<div><h3>${say("Theo phân tổ", "By breakdown")}</h3><div class="scroll" tabindex="0">${bars || `<p class="hint" style="padding:.5rem">${say("Chỉ tiêu này không có phân tổ trong tháng.", "No breakdown this month.")}</p>`}</div></div>` +
      `<div class="full how"><h3>${say("Định nghĩa và cách tính", "Definition, and how it was made")}</h3><dl><dt>${say("Công thức", "Formula")}</dt><dd><code>${safe(one.formula)}</code></dd><dt>${say("Căn cứ", "Legal basis")}</dt><dd>${safe(one.legal)}</dd>` +
      (one.target !== null ? `<dt>${say("Mục tiêu", "Target")}</dt><dd>${one.direction === "lower" ? "≤ " : ""}<span class="n">${number(one.target, Number.isInteger(one.target) ? 0 : 1)}</span> ${unitOf(one)}</dd>` : "") +
      (one.thresholds.length ? `<dt>${say("Ngưỡng", "Bands")}</dt><dd class="n">${one.thresholds.map((t) => number(t, Number.isInteger(t) ? 0 : 1)).join(" · ")}</dd>` : "") +
      `<dt>${say("Tính từ", "Made from")}</dt><dd>${one.datasets.map((d) => { const at = data.deliveries[d] || []; return `<code>${d}</code>${at.length ? " (" + at.map((x) => safe(x)).join("; ") + ")" : ""}`; }).join(", ")}</dd><dt>${say("Truy vết đến tệp", "Down to the files")}</dt><dd><a href="${byId("why").getAttribute("href")}#${code}">${say("Tệp, quy tắc, các lần sửa", "Files, rules, revisions")}</a><br><code>de06 why --indicator ${code} --month ${data.month} --area ${data.area}${key.endsWith("|month") ? "" : " --window " + key.split("|")[1]}</code></dd></dl></div></div>`;
    // Everything above is written in the language shown; the map keeps the names placed on the page's own.
    const xMap = byId("x-map");
    if (figures.u && key.endsWith("|" + one.windows[0])) drawMap(code, xMap); else xMap.innerHTML = `<p class="hint">${say("Không có bản đồ cho kỳ này.", "No map for this window.")}</p>`;
    list();
  };
  byId("codes").innerHTML = codes.map((code) => `<option value="${code}">${safe(data.indicators[code][0])}</option>`).join("");
  find.addEventListener("input", () => { const hits = list(); if (data.indicators[find.value]) explore(find.value); else if (hits.length === 1) explore(hits[0]); });
  find.addEventListener("keydown", (event) => { if (event.key === "Enter") { const hits = list(); if (hits.length) explore(hits[0]); } });
  found.addEventListener("click", (event) => { const button = event.target.closest("button"); if (button) explore(button.dataset.code); });
  explored.addEventListener("click", (event) => { const button = event.target.closest("[data-window]"); if (button) explore(current, button.dataset.window); });
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("[data-pick]");
    if (link) { event.preventDefault(); explore(link.dataset.pick); byId("explorer").scrollIntoView(); }
  });

  byId("to-vi").addEventListener("change", () => { setLanguage(); if (current) explore(current); });
  byId("to-en").addEventListener("change", () => { setLanguage(); if (current) explore(current); });
  try { if (localStorage.getItem("de06-language") === "en" || location.hash === "#en") byId("to-en").checked = true; } catch { /* none */ }
  list();
  explore(data.first);
  setLanguage();
  if (location.hash.startsWith("#x=")) { explore(location.hash.slice(3)); byId("explorer").scrollIntoView(); }
  addEventListener("beforeprint", () => document.querySelectorAll("details.print-open").forEach((d) => { d.open = true; }));
})();
