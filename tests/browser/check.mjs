// Opens every report of a directory in Chromium and checks what a reader relies on.
//
//   npm ci --prefix tests/browser
//   node tests/browser/check.mjs REPORT_DIR
//
// CHROMIUM names another browser than /usr/bin/chromium. The checks of the printed text need
// `pdftotext` (poppler-utils) and are skipped, with a message, where it is missing.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { chromium } from 'playwright-core';

const BROWSER = process.env.CHROMIUM || '/usr/bin/chromium';
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];
const WIDTHS = [320, 390, 768, 1280];
const DESK = { width: 1280, height: 900 };
const LANGUAGES = { zh: 'zh-CN', en: 'en' };
const LARGEST_FILE = 600_000;
const LARGEST_SCRIPT = 20_000;
const PX_PER_MM = 96 / 25.4;
const A4_MM = { width: 210, height: 297 };

// ---------------------------------------------------------------------------------------- results

const tally = { passed: 0, failed: [] };

/** One line per check; the reasons of a failure stand indented below it. */
function report(file, name, problems, note = '') {
  if (problems.length === 0) {
    tally.passed += 1;
    console.log(`ok   ${file}: ${name}${note && ` (${note})`}`);
    return;
  }
  tally.failed.push(`${file}: ${name}`);
  console.log(`FAIL ${file}: ${name}`);
  for (const problem of problems.slice(0, 12)) console.log(`       ${problem}`);
  if (problems.length > 12) console.log(`       and ${problems.length - 12} more`);
}

function skip(file, name, reason) {
  console.log(`skip ${file}: ${name} (${reason})`);
}

// ------------------------------------------------------------------- functions that run in a page

/* These are sent to the page as text, so each one carries all it needs. */

function openAll(open) {
  for (const part of document.querySelectorAll('details')) part.open = open;
}

function duplicateIds() {
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  return [...new Set(ids.filter((id, i) => ids.indexOf(id) !== i))].map((id) => `id "${id}" more than once`);
}

function brokenReferences() {
  const problems = [];
  for (const name of ['aria-labelledby', 'aria-describedby', 'aria-controls', 'for', 'headers']) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      for (const id of element.getAttribute(name).split(/\s+/)) {
        if (!document.getElementById(id)) problems.push(`${name}="${id}" points to nothing`);
      }
    }
  }
  for (const link of document.querySelectorAll('a[href^="#"]')) {
    const id = decodeURIComponent(link.getAttribute('href').slice(1));
    if (!document.getElementById(id)) problems.push(`link "#${id}" points to nothing`);
  }
  return problems;
}

/** Anything in the page that could make a browser ask for something, whether or not it did. */
function outsideReferences() {
  const problems = [];
  const forbidden = 'iframe, frame, object, embed, link, base, form[action], script[src], img, video, audio, source, image, use';
  for (const element of document.querySelectorAll(forbidden)) {
    problems.push(`<${element.localName}> in the page`);
  }
  for (const element of document.querySelectorAll('[href]')) {
    const href = element.getAttribute('href');
    if (!/^#/.test(href) && !/^[\w.-]+\.html(#.*)?$/.test(href)) problems.push(`reference to ${href}`);
  }
  const styles = [...document.querySelectorAll('style')].map((style) => style.textContent).join('\n');
  for (const found of styles.match(/@import[^;]*|url\([^)]*\)/g) ?? []) problems.push(`style: ${found}`);
  for (const element of document.querySelectorAll('[style]')) problems.push(`style attribute on <${element.localName}>`);
  for (const element of document.querySelectorAll('*')) {
    for (const { name } of element.attributes) {
      if (/^on/.test(name)) problems.push(`${name} attribute on <${element.localName}>`);
    }
  }
  return problems;
}

function policyProblems() {
  const meta = document.querySelector('meta[http-equiv="Content-Security-Policy"]');
  if (!meta) return ['no Content-Security-Policy'];
  const problems = [];
  const policy = meta.content;
  if (!/(^|;)\s*default-src 'none'\s*(;|$)/.test(policy)) problems.push("default-src is not 'none'");
  if (/unsafe|https?:|\*|data:|blob:/.test(policy)) problems.push(`too wide: ${policy}`);
  for (const element of document.querySelectorAll('style, script')) {
    if (!(meta.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING)) {
      problems.push(`<${element.localName}> stands before the policy`);
    }
  }
  return problems;
}

function headingProblems() {
  const problems = [];
  let last = 0;
  for (const heading of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
    const level = Number(heading.localName[1]);
    const text = heading.textContent.trim();
    if (!text) problems.push(`empty <${heading.localName}>`);
    if (level > last + 1) problems.push(`<${heading.localName}> "${text}" follows level ${last}`);
    last = level;
  }
  const firsts = document.querySelectorAll('h1').length;
  if (firsts !== 1) problems.push(`${firsts} headings of the first level`);
  if (!document.title.trim()) problems.push('no document title');
  return problems;
}

function languageProblems(expected) {
  const problems = [];
  const { lang } = document.documentElement;
  if (!lang) problems.push('no lang on <html>');
  if (expected && lang !== expected) problems.push(`lang is "${lang}", expected "${expected}"`);
  // Words of another language carry their own lang attribute (WCAG 3.1.2).
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let han = 0;
  let letters = 0;
  const strange = new Set();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (parent.closest('script, style')) continue;
    han += (node.data.match(/\p{Script=Han}/gu) ?? []).length;
    letters += (node.data.match(/\p{Script=Latin}/gu) ?? []).length;
    // Elements of a drawing have the attribute, not the property.
    const own = parent.closest('[lang]').getAttribute('lang');
    if (/\p{Script=Han}/u.test(node.data) && !/^(zh|ja)/.test(own)) strange.add(node.data.trim());
  }
  for (const text of strange) problems.push(`Chinese without lang="zh": ${text.slice(0, 60)}`);
  if (/^zh/.test(lang) && han < letters / 2) problems.push(`${han} Chinese characters, ${letters} Latin letters`);
  return problems;
}

function drawingProblems() {
  const problems = [];
  for (const svg of document.querySelectorAll('svg')) {
    const place = svg.querySelector('title')?.textContent || svg.closest('[id]')?.id || 'svg';
    if (svg.getAttribute('aria-hidden') === 'true') continue;
    if (svg.getAttribute('role') !== 'img') {
      problems.push(`${place}: no role="img"`);
      continue;
    }
    const names = (svg.getAttribute('aria-labelledby') ?? '').split(/\s+/);
    for (const name of ['title', 'desc']) {
      const element = svg.querySelector(`:scope > ${name}`);
      if (!element?.textContent.trim()) problems.push(`${place}: no <${name}>`);
      else if (!names.includes(element.id)) problems.push(`${place}: aria-labelledby leaves out <${name}>`);
    }
  }
  return problems;
}

function figureProblems() {
  const problems = [];
  for (const figure of document.querySelectorAll('figure')) {
    const place = figure.id || figure.textContent.trim().slice(0, 40);
    const table = figure.querySelector('details table');
    if (!figure.querySelector('figcaption')?.textContent.trim()) problems.push(`${place}: no caption`);
    if (!figure.querySelector('svg')) problems.push(`${place}: no drawing`);
    if (!table) {
      problems.push(`${place}: no data table`);
      continue;
    }
    const rows = table.querySelectorAll('tbody tr');
    const columns = table.querySelectorAll('thead th[scope="col"]').length;
    if (rows.length === 0) problems.push(`${place}: the data table is empty`);
    if (!table.querySelector('caption')?.textContent.trim()) problems.push(`${place}: the data table has no caption`);
    if (![...rows].every((row) => row.cells.length === columns)) {
      problems.push(`${place}: rows of the data table differ from its ${columns} headings`);
    }
  }
  return problems;
}

/** Labels of the drawings that are cut off, lie on one another, or are too faint on what is under them. */
function labelProblems() {
  const channels = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).map((part) => {
      const value = part / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, two) => {
    const [dark, light] = [luminance(one), luminance(two)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const ground = (element) => {
    for (let part = element; part; part = part.parentElement) {
      const parts = channels(getComputedStyle(part).backgroundColor);
      if (parts.length === 3 || parts[3] === 1) return `rgb(${parts.slice(0, 3)})`;
    }
    return 'rgb(255,255,255)';
  };
  const opaque = (style) => style.fill !== 'none' && channels(style.fill)[3] !== 0
    && Number(style.fillOpacity) === 1 && Number(style.opacity) === 1;

  const problems = [];
  for (const svg of document.querySelectorAll('svg')) {
    const frame = svg.getBoundingClientRect();
    if (frame.width === 0) continue;
    const place = svg.closest('[id]')?.id ?? 'svg';
    const parts = [...svg.querySelectorAll('*')];
    const shapes = parts.filter((part) => typeof part.isPointInFill === 'function' && opaque(getComputedStyle(part)));
    const labels = parts.filter((part) => part.localName === 'text' && part.textContent.trim());
    const boxes = labels.map((label) => label.getBoundingClientRect());
    labels.forEach((label, i) => {
      const text = label.textContent.trim();
      const box = boxes[i];
      if (box.left < frame.left - 1 || box.right > frame.right + 1
        || box.top < frame.top - 1 || box.bottom > frame.bottom + 1) {
        problems.push(`${place}: "${text}" leaves the drawing`);
      }
      for (let j = i + 1; j < labels.length; j += 1) {
        const across = Math.min(box.right, boxes[j].right) - Math.max(box.left, boxes[j].left);
        const down = Math.min(box.bottom, boxes[j].bottom) - Math.max(box.top, boxes[j].top);
        // A box is taller than its letters: a third of the smaller one may overlap.
        if (across > 0.5 && down > Math.min(box.height, boxes[j].height) / 3) {
          problems.push(`${place}: "${text}" lies on "${labels[j].textContent.trim()}"`);
        }
      }
      const before = shapes.filter((shape) => shape.compareDocumentPosition(label) & Node.DOCUMENT_POSITION_FOLLOWING);
      const ink = getComputedStyle(label).fill;
      for (const share of [0.1, 0.5, 0.9]) {
        const under = before.filter((shape) => {
          const matrix = shape.getScreenCTM().inverse();
          const spot = new DOMPoint(box.left + box.width * share, box.top + box.height / 2).matrixTransform(matrix);
          return shape.isPointInFill(spot);
        }).at(-1);
        const paper = under ? getComputedStyle(under).fill : ground(svg);
        const ratio = contrast(ink, paper);
        if (ratio < 4.5) {
          problems.push(`${place}: "${text}" ${ink} on ${paper}, contrast ${ratio.toFixed(2)}`);
          break;
        }
      }
    });
  }
  return problems;
}

/** What stands beyond the right edge, other than what scrolls inside a region of its own. */
function sidewaysProblems() {
  const room = document.documentElement.clientWidth;
  const problems = [];
  const wide = Math.max(document.documentElement.scrollWidth, document.body.scrollWidth);
  if (wide > room) problems.push(`the page is ${wide} px wide in a window of ${room} px`);
  const scrolls = (element) => {
    for (let part = element.parentElement; part && part !== document.body; part = part.parentElement) {
      if (/auto|scroll|hidden|clip/.test(getComputedStyle(part).overflowX)) return true;
    }
    return false;
  };
  for (const element of document.body.querySelectorAll('*')) {
    if (element.closest('svg') && element.localName !== 'svg') continue;
    const box = element.getBoundingClientRect();
    if (box.width > 0 && box.right > room + 1 && !scrolls(element)) {
      const id = element.id || element.closest('[id]')?.id || '';
      problems.push(`<${element.localName}> in #${id} ends at ${Math.round(box.right)} px of ${room}: ${element.textContent.trim().slice(0, 40)}`);
    }
  }
  // Words longer than their box stick out of it without widening it.
  for (const element of document.body.querySelectorAll('*')) {
    if (problems.length === 0 || element.closest('svg')) continue;
    const over = element.scrollWidth - element.clientWidth;
    const deepest = ![...element.children].some((child) => child.scrollWidth > child.clientWidth && child.clientWidth > 0);
    if (element.clientWidth > 1 && over > 1 && deepest && !scrolls(element) && getComputedStyle(element).overflowX === 'visible') {
      const id = element.closest('[id]')?.id || '';
      problems.push(`<${element.localName} class="${element.className}"> in #${id} holds ${over} px more than it has room for`);
    }
  }
  return problems;
}

/** Texts of different boxes that lie on one another or touch; those of the drawings are looked at elsewhere. */
function collisions() {
  const inline = /^(inline|contents|ruby)/;
  const box = (element) => {
    let part = element;
    while (inline.test(getComputedStyle(part).display)) part = part.parentElement;
    return part;
  };
  /** The part of the page in which a text can be seen: a region that scrolls cuts off the rest. */
  const frame = (element) => {
    const seen = { left: -Infinity, right: Infinity, top: -Infinity, bottom: Infinity };
    for (let part = element; part && part !== document.body; part = part.parentElement) {
      const style = getComputedStyle(part);
      if (style.overflowX === 'visible' && style.overflowY === 'visible') continue;
      const edges = part.getBoundingClientRect();
      seen.left = Math.max(seen.left, edges.left);
      seen.right = Math.min(seen.right, edges.right);
      seen.top = Math.max(seen.top, edges.top);
      seen.bottom = Math.min(seen.bottom, edges.bottom);
    }
    return seen;
  };
  const lines = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || parent.closest('script, style, svg, option') || !parent.checkVisibility({ visibilityProperty: true })) continue;
    const seen = frame(parent);
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const edges of range.getClientRects()) {
      const part = {
        left: Math.max(edges.left, seen.left),
        right: Math.min(edges.right, seen.right),
        top: Math.max(edges.top, seen.top),
        bottom: Math.min(edges.bottom, seen.bottom),
        text: node.data.trim(),
        box: box(parent),
      };
      if (part.right - part.left > 2 && part.bottom - part.top > 2) lines.push(part);
    }
  }
  lines.sort((a, b) => a.top - b.top);
  const problems = [];
  lines.forEach((one, i) => {
    for (let j = i + 1; j < lines.length && lines[j].top < one.bottom; j += 1) {
      const two = lines[j];
      const down = Math.min(one.bottom, two.bottom) - two.top;
      const across = Math.min(one.right, two.right) - Math.max(one.left, two.left);
      const lower = Math.min(one.bottom - one.top, two.bottom - two.top);
      if (one.box === two.box || across <= -1 || down <= lower / 3) continue;
      problems.push(`"${one.text.slice(0, 40)}" ${across > 0 ? 'lies on' : 'touches'} "${two.text.slice(0, 40)}"`);
    }
  });
  return [...new Set(problems)];
}

/** What a reader has in front of him: parts in order, and what of them is drawn. */
function inventory() {
  // A closed <details> keeps boxes for what it hides, so the boxes alone do not tell.
  const seen = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getBoundingClientRect().height > 0;
  const empty = [];
  for (const section of document.querySelectorAll('main section')) {
    if (!seen(section) || !section.querySelector('h2') || section.innerText.trim().length < 20) empty.push(`section #${section.id}`);
  }
  for (const figure of document.querySelectorAll('figure')) {
    if (![...figure.querySelectorAll('svg')].some(seen)) empty.push(`drawing of figure #${figure.id}`);
  }
  for (const table of document.querySelectorAll('table')) {
    if (!seen(table) || !table.querySelector('tbody tr')) empty.push(`table in #${table.closest('[id]')?.id}`);
  }
  for (const part of document.querySelectorAll('details')) {
    const content = [...part.children].filter((child) => child.localName !== 'summary' && !child.hidden && !child.matches('.filter'));
    if (!part.querySelector('summary')?.textContent.trim()) empty.push('details without a summary');
    if (content.length === 0 || !content.every(seen)) empty.push(`details in #${part.closest('[id]')?.id}`);
  }
  const count = (selector) => document.querySelectorAll(selector).length;
  return {
    empty,
    counts: Object.fromEntries(['main section', 'figure', 'svg', 'table', 'tr', 'details', 'h3'].map((name) => [name, count(name)])),
    text: [...document.querySelectorAll('main section')].map((section) => section.innerText.replace(/\s+/g, ' ').trim()),
  };
}

function paper() {
  return getComputedStyle(document.body).backgroundColor;
}

/** Remembers every stop the Tab key has to make, in order; a group of radio buttons is one stop. */
function rememberStops() {
  const selector = 'a[href], button, input, select, textarea, summary, [tabindex], [contenteditable]';
  const groups = new Set();
  const stops = [...document.querySelectorAll(selector)].filter((element) => {
    if (element.disabled || !element.checkVisibility({ visibilityProperty: true })) return false;
    // A control taken out of the order is still a control; a mere target of a link is not one.
    if (element.tabIndex < 0 && !element.matches('a[href], button, input, select, textarea, summary')) return false;
    if (element.type !== 'radio') return true;
    const chosen = document.querySelector(`input[type="radio"][name="${element.name}"]:checked`);
    if (chosen ? chosen !== element : groups.has(element.name)) return false;
    groups.add(element.name);
    return true;
  });
  globalThis.tabStops = stops;
  const ordered = [...document.querySelectorAll('[tabindex]')].filter((element) => element.tabIndex > 0).length;
  return { count: stops.length, ordered };
}

/** Where the focus is, and what is wrong with the way it shows. */
function focusState() {
  const element = document.activeElement;
  if (!element || element === document.body || element === document.documentElement) return null;
  const channels = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).map((part) => {
      const value = part / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (part) => {
    for (let up = part.parentElement; up; up = up.parentElement) {
      const parts = channels(getComputedStyle(up).backgroundColor);
      if (parts.length === 3 || parts[3] === 1) return `rgb(${parts.slice(0, 3)})`;
    }
    return 'rgb(255,255,255)';
  };
  const ringed = (part) => {
    const style = getComputedStyle(part);
    if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2 || Number(style.opacity) === 0) return false;
    if (style.outlineStyle === 'auto') return true;
    const [dark, light] = [luminance(style.outlineColor), luminance(ground(part))].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05) >= 3;
  };
  const inside = (part) => {
    const box = part.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0
      && box.top < innerHeight && box.left < innerWidth;
  };
  const shown = [element, ...(element.labels ?? [])];
  const words = element.labels?.[0]?.textContent || element.getAttribute('aria-label') || element.textContent;
  const name = `<${element.localName}> ${words.replace(/\s+/g, ' ').trim().slice(0, 40)}`;
  const problems = [];
  if (!shown.some((part) => ringed(part))) problems.push(`${name}: no ring of contrast 3 around the focus`);
  if (!shown.some((part) => inside(part))) problems.push(`${name}: the focus is out of sight`);
  return { index: globalThis.tabStops.indexOf(element), name, problems };
}

function languageLinks() {
  return [...document.querySelectorAll('a[hreflang]')].map((link) => ({
    href: link.getAttribute('href'),
    hreflang: link.hreflang,
    lang: link.lang,
    text: link.textContent.trim(),
  }));
}

/** Text that belongs on paper, in order of the page, drawings included. */
function paperText() {
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (parent.closest('script, style, title, desc') || !node.data.trim()) continue;
    if (!parent.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const style = getComputedStyle(parent);
    if (/inset\(50%\)/.test(style.clipPath)) continue;
    const details = parent.closest('details');
    texts.push({ text: node.data, details: details ? details.closest('[id]')?.id ?? 'details' : null });
  }
  return texts;
}

/** The left and right margins of the @page rule, as CSS lengths. */
function pageMargins() {
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (rule instanceof CSSPageRule) return { left: rule.style.marginLeft, right: rule.style.marginRight };
    }
  }
  return null;
}

// ------------------------------------------------------------------------------------------ checks

class Reports {
  constructor(browser, directory) {
    this.browser = browser;
    this.directory = directory;
  }

  /** A page of its own, with all it said and asked for; closed again when the work is done. */
  async open(file, options, work) {
    const context = await this.browser.newContext({ viewport: DESK, reducedMotion: 'reduce', ...options });
    const noise = [];
    const requests = [];
    try {
      const page = await context.newPage();
      page.on('console', (message) => noise.push(`console ${message.type()}: ${message.text()}`));
      page.on('pageerror', (error) => noise.push(`page error: ${error.message}`));
      page.on('crash', () => noise.push('the page crashed'));
      context.on('request', (request) => requests.push(request.url()));
      const address = pathToFileURL(join(this.directory, file)).href;
      await page.goto(address, { waitUntil: 'load' });
      return await work(page, { noise, requests, address });
    } finally {
      await context.close();
    }
  }

  async all(file) {
    this.size(file);
    await this.quiet(file);
    await this.structure(file);
    await this.withoutScript(file);
    await this.accessible(file);
    await this.drawings(file);
    await this.widths(file);
    await this.theme(file);
    await this.keyboard(file);
    await this.sorting(file);
    await this.filtering(file);
    await this.language(file);
    await this.print(file);
  }

  size(file) {
    const bytes = statSync(join(this.directory, file)).size;
    const problems = bytes <= LARGEST_FILE ? [] : [`${bytes} bytes, at most ${LARGEST_FILE}`];
    report(file, 'file size', problems, `${Math.ceil(bytes / 1000)} KB`);
  }

  /** Opens, uses what the page offers, and listens. */
  async quiet(file) {
    await this.open(file, {}, async (page, { noise, requests, address }) => {
      await page.evaluate(() => {
        globalThis.violations = [];
        document.addEventListener('securitypolicyviolation', (event) => {
          globalThis.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
        });
      });
      await page.evaluate(openAll, true);
      for (const label of await page.locator('label:has(+ input[type="radio"]), input[type="radio"] + label').all()) await label.click();
      for (const select of await page.locator('select:visible').all()) {
        for (const option of await select.locator('option').all()) await select.selectOption(await option.getAttribute('value'));
      }
      const region = page.locator('svg rect:visible').first();
      if (await region.count()) await region.hover({ force: true });
      await page.emulateMedia({ media: 'print' });
      await page.waitForTimeout(200);
      const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map((entry) => entry.name));
      const others = [...requests, ...loaded].filter((url) => url !== address);
      report(file, 'asks for nothing but itself', [...new Set(others)]);
      const violations = await page.evaluate(() => globalThis.violations);
      const refused = noise.filter((line) => /Content Security Policy|Refused to/.test(line));
      report(file, 'no violation of its content security policy', [...violations, ...refused]);
      report(file, 'no console message and no page error', noise);
    });
  }

  async structure(file) {
    await this.open(file, {}, async (page) => {
      const suffix = /_([a-z]{2})\.html$/.exec(file)?.[1];
      report(file, 'lang attributes', await page.evaluate(languageProblems, LANGUAGES[suffix] ?? null));
      report(file, 'content security policy', await page.evaluate(policyProblems));
      report(file, 'no reference outside the file', await page.evaluate(outsideReferences));
      report(file, 'ids are unique', await page.evaluate(duplicateIds));
      report(file, 'references inside the page', await page.evaluate(brokenReferences));
      report(file, 'headings in order', await page.evaluate(headingProblems));
      report(file, 'drawings have a title and a description', await page.evaluate(drawingProblems));
      report(file, 'figures have a data table', await page.evaluate(figureProblems));
      const script = await page.evaluate(() => [...document.scripts].reduce((sum, part) => sum + part.textContent.length, 0));
      report(file, 'script size', script <= LARGEST_SCRIPT ? [] : [`${script} bytes, at most ${LARGEST_SCRIPT}`], `${script} bytes`);
    });
  }

  async withoutScript(file) {
    const scripted = await this.open(file, {}, async (page) => {
      await page.evaluate(openAll, true);
      return page.evaluate(inventory);
    });
    await this.open(file, { javaScriptEnabled: false }, async (page, { noise }) => {
      for (const summary of await page.locator('summary').all()) {
        if (await summary.isVisible()) await summary.click();
      }
      const plain = await page.evaluate(inventory);
      const problems = plain.empty.map((part) => `${part} is empty or not shown`);
      for (const [name, count] of Object.entries(scripted.counts)) {
        if (plain.counts[name] !== count) problems.push(`${plain.counts[name]} ${name} instead of ${count}`);
      }
      for (const name of ['main section', 'svg', 'table', 'details']) {
        if (!plain.counts[name]) problems.push(`no ${name}`);
      }
      plain.text.forEach((text, i) => {
        if (text.length < scripted.text[i].length * 0.9) problems.push(`section ${i + 1} has less text than with the script`);
      });
      report(file, 'complete without JavaScript', [...problems, ...noise]);

      const problem = await this.switchTheme(page);
      report(file, 'theme switch without JavaScript', problem);
    });
  }

  async accessible(file) {
    await this.open(file, {}, async (page) => {
      // Through the debugger rather than a script element, which the policy of the page refuses.
      const session = await page.context().newCDPSession(page);
      await session.send('Runtime.evaluate', { expression: AXE });
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        for (const open of [false, true]) {
          await page.evaluate(openAll, open);
          const found = await page.evaluate(
            (values) => globalThis.axe.run(document, {
              runOnly: { type: 'tag', values },
              rules: { 'target-size': { enabled: true } },
              resultTypes: ['violations'],
            }),
            WCAG,
          );
          const problems = found.violations.flatMap((rule) => rule.nodes.map(
            (node) => `${rule.id}: ${node.target.join(' ')} – ${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? rule.help}`,
          ));
          if (found.passes.length < 10) problems.push(`only ${found.passes.length} rules applied`);
          const name = `axe, WCAG 2.2 A and AA, ${colorScheme}, details ${open ? 'open' : 'closed'}`;
          report(file, name, problems, `${found.passes.length} rules`);
        }
      }
    });
  }

  /** axe does not look into drawings. */
  async drawings(file) {
    await this.open(file, {}, async (page) => {
      for (const width of [390, 1280]) {
        await page.setViewportSize({ width, height: DESK.height });
        for (const colorScheme of ['light', 'dark']) {
          await page.emulateMedia({ colorScheme });
          const problems = await page.evaluate(labelProblems);
          report(file, `labels of the drawings, ${width} px, ${colorScheme}`, problems);
        }
      }
    });
  }

  async widths(file) {
    await this.open(file, {}, async (page) => {
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: DESK.height });
        for (const open of [false, true]) {
          await page.evaluate(openAll, open);
          const problems = await page.evaluate(sidewaysProblems);
          report(file, `no sideways scroll at ${width} px, details ${open ? 'open' : 'closed'}`, problems);
          if (open) report(file, `texts keep apart at ${width} px`, await page.evaluate(collisions));
        }
      }
    });
  }

  /** Walks through the theme radio buttons with the arrow keys and looks at the ground of the page. */
  async switchTheme(page) {
    const problems = [];
    const chosen = () => page.evaluate(() => document.querySelector('input[name="theme"]:checked')?.value ?? null);
    const step = async () => {
      await page.keyboard.press('ArrowRight');
      return [await chosen(), await page.evaluate(paper)];
    };
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await page.evaluate(paper);
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await page.evaluate(paper);
    if (light === dark) problems.push(`light and dark have the same ground, ${light}`);
    await page.evaluate(() => { document.activeElement?.blur(); getSelection().removeAllRanges(); scrollTo(0, 0); });
    let reached = false;
    for (let i = 0; i < 20 && !reached; i += 1) {
      await page.keyboard.press('Tab');
      reached = await page.evaluate(() => document.activeElement?.name === 'theme');
    }
    if (!reached) {
      await page.evaluate(() => document.querySelector('input[name="theme"]:checked')?.focus());
      problems.push('Tab does not reach the theme switch');
    }
    const expected = { auto: { light, dark }, light: { light, dark: light }, dark: { light: dark, dark } };
    const visited = new Set();
    for (let i = 0; i < 3; i += 1) {
      const [value] = await step();
      visited.add(value);
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        const seen = await page.evaluate(paper);
        if (seen !== expected[value]?.[colorScheme]) problems.push(`theme ${value} on a ${colorScheme} system shows ${seen}`);
      }
    }
    for (const value of Object.keys(expected)) if (!visited.has(value)) problems.push(`the arrow keys do not reach "${value}"`);
    return problems;
  }

  async theme(file) {
    await this.open(file, {}, async (page) => {
      const problems = await this.switchTheme(page);
      // The choice is stored, and a page that finds it follows it. Chromium at times empties the storage of
      // a file between two loads, so what was stored is put back before the second one.
      await page.emulateMedia({ colorScheme: 'light' });
      const light = await page.evaluate(paper);
      await page.evaluate(() => document.querySelector('input[name="theme"][value="light"]').focus());
      await page.keyboard.press('ArrowRight');
      const dark = await page.evaluate(paper);
      const stored = await page.evaluate(() => Object.entries(localStorage));
      await page.addInitScript((entries) => {
        for (const [key, value] of entries) localStorage.setItem(key, value);
      }, stored);
      await page.reload();
      const later = await page.evaluate(paper);
      if (stored.length === 0) problems.push('the choice is not stored');
      if (dark === light) problems.push('the choice of another theme changes nothing');
      else if (later !== dark) problems.push('a choice of the theme is gone after a reload');
      report(file, 'theme switch by keyboard', problems);
    });
  }

  async keyboard(file) {
    await this.open(file, {}, async (page) => {
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: DESK.height });
        for (const open of [false, true]) {
          await page.reload();
          await page.evaluate(openAll, open);
          const { count, ordered } = await page.evaluate(rememberStops);
          const problems = ordered ? [`${ordered} elements with a tabindex above 0`] : [];
          const reached = [];
          for (let i = 0; i < count + 20; i += 1) {
            await page.keyboard.press('Tab');
            const state = await page.evaluate(focusState);
            if (!state) break;
            if (reached.includes(state.index) && state.index >= 0) break;
            if (state.index < 0) problems.push(`${state.name}: an unexpected stop`);
            reached.push(state.index);
            problems.push(...state.problems);
          }
          const missed = [...Array(count).keys()].filter((index) => !reached.includes(index));
          for (const index of missed) {
            const name = await page.evaluate((i) => `<${globalThis.tabStops[i].localName}> ${globalThis.tabStops[i].textContent.trim().slice(0, 40)}`, index);
            problems.push(`${name}: not reached`);
          }
          if (reached.some((index, i) => i > 0 && index < reached[i - 1])) problems.push('the order differs from the page');
          const name = `Tab reaches every control and shows it, ${width} px, details ${open ? 'open' : 'closed'}`;
          report(file, name, problems, `${count} stops`);
        }
      }
      await page.reload();
      const problems = [];
      for (const [i, key] of ['Enter', 'Space'].entries()) {
        const part = page.locator('details').nth(i);
        if (!(await part.count())) continue;
        await part.locator(':scope > summary').focus();
        await page.keyboard.press(key);
        if (!(await part.evaluate((element) => element.open))) problems.push(`${key} does not open details ${i + 1}`);
      }
      report(file, 'details open by keyboard', problems);
    });
  }

  /** Every table that can be sorted: each column both ways, by keyboard, the total last, no row lost. */
  async sorting(file) {
    await this.open(file, {}, async (page) => {
      await page.evaluate(openAll, true);
      const tables = await page.locator('.data-table').count();
      const problems = [];
      let sorted = 0;
      for (let i = 0; i < tables; i += 1) {
        const table = page.locator('.data-table').nth(i);
        const rows = await table.locator('tbody tr').count();
        const buttons = await table.locator('thead button').count();
        const columns = await table.locator('thead th').count();
        if (rows < 3) continue;
        if (buttons !== columns) problems.push(`table ${i + 1}: ${buttons} of ${columns} columns can be sorted`);
        const state = () => table.evaluate((part) => ({
          rows: [...part.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim())),
          total: [...part.tBodies[0].rows].findIndex((row) => row.classList.contains('total')),
          sorts: [...part.tHead.rows[0].cells].map((cell) => cell.getAttribute('aria-sort')),
        }));
        const before = await state();
        const all = (part) => JSON.stringify(part.rows.map((row) => row.join('|')).sort());
        for (let column = 0; column < buttons; column += 1) {
          const button = table.locator('thead button').nth(column);
          const place = `table ${i + 1}, "${(await button.textContent()).trim()}"`;
          const seen = [];
          for (const expected of ['ascending', 'descending']) {
            await button.focus();
            await page.keyboard.press('Enter');
            const after = await state();
            if (after.sorts[column] !== expected || after.sorts.filter(Boolean).length !== 1) problems.push(`${place}: aria-sort is ${after.sorts}`);
            if (all(after) !== all(before)) problems.push(`${place}: rows are lost`);
            if (after.total >= 0 && after.total !== rows - 1) problems.push(`${place}: the total is row ${after.total + 1} of ${rows}`);
            seen.push(after.rows.filter((_, at) => at !== after.total).map((row) => row[column]).filter((text) => text !== '—'));
          }
          const number = (text) => (/^[−]?[\d,.]+$/.test(text) ? Number(text.replace(/,/g, '').replace('−', '-')) : NaN);
          const [up, down] = seen.map((list) => list.map(number));
          if (up.length > 1 && !up.some(Number.isNaN)) {
            if (up.some((value, at) => at > 0 && value < up[at - 1])) problems.push(`${place}: not ascending`);
            if (down.some((value, at) => at > 0 && value > down[at - 1])) problems.push(`${place}: not descending`);
          }
          sorted += 1;
        }
      }
      report(file, 'tables can be sorted', problems, `${sorted} columns`);
    });
  }

  /** Every filter of a page: each choice leaves rows of its kind, the first one all of them. */
  async filtering(file) {
    await this.open(file, {}, async (page) => {
      const problems = [];
      await page.evaluate(openAll, true);
      const selects = page.locator('.filter select');
      const count = await selects.count();
      for (let i = 0; i < count; i += 1) {
        const select = selects.nth(i);
        const shown = () => page.evaluate(() => [...document.querySelectorAll('tr[data-group]')]
          .filter((row) => row.checkVisibility()).map((row) => row.dataset.group));
        const all = (await shown()).length;
        const values = await select.locator('option').evaluateAll((options) => options.map((option) => option.value));
        if (values.length < 2) problems.push('a filter without a choice');
        for (const value of values.slice(1)) {
          await select.selectOption(value);
          const left = await shown();
          if (left.some((group) => group !== value)) problems.push(`"${value}" shows ${[...new Set(left)]}`);
        }
        await select.selectOption(values[0]);
        if ((await shown()).length !== all) problems.push('the first choice does not show all rows again');
        const label = await select.evaluate((part) => part.labels.length);
        if (!label) problems.push('a filter without a label');
      }
      report(file, 'filters', problems, `${count} filters`);
    });
  }

  async language(file) {
    await this.open(file, {}, async (page) => {
      const links = await page.evaluate(languageLinks);
      const own = await page.evaluate(() => document.documentElement.lang);
      const problems = [];
      if (links.length !== 1) problems.push(`${links.length} links to another language`);
      for (const { href, hreflang, lang, text } of links) {
        if (!text) problems.push('the link has no text');
        if (hreflang === own) problems.push(`the link leads to "${own}", the language of this page`);
        if (lang !== hreflang) problems.push(`the link is written in "${lang}" and leads to "${hreflang}"`);
        if (href !== basename(href) || !existsSync(join(this.directory, href))) {
          problems.push(`${href} is not beside this file`);
          continue;
        }
        await page.locator('a[hreflang]').first().focus();
        await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
        const target = await page.evaluate(() => document.documentElement.lang);
        if (target !== hreflang) problems.push(`${href} is in "${target}", expected "${hreflang}"`);
        const back = await page.evaluate(languageLinks);
        if (!back.some((link) => link.href === file)) problems.push(`${href} does not link back`);
      }
      report(file, 'link to the other language', problems);
    });
  }

  async print(file) {
    for (const javaScriptEnabled of [true, false]) {
      const how = javaScriptEnabled ? '' : ', without JavaScript';
      await this.open(file, { javaScriptEnabled, colorScheme: 'dark' }, async (page) => {
        const pdf = await page.pdf({ format: 'A4', preferCSSPageSize: true, printBackground: true });

        // The same page laid out in the width of the paper: a browser shrinks all of it to its widest line.
        const margins = await page.evaluate(pageMargins);
        const mm = (length) => parseFloat(length) * (/cm$/.test(length) ? 10 : 1);
        const sides = margins ? mm(margins.left) + mm(margins.right) : 20;
        await page.setViewportSize({ width: Math.floor((A4_MM.width - sides) * PX_PER_MM), height: 1000 });
        await page.emulateMedia({ media: 'print' });
        if (javaScriptEnabled) await page.evaluate(openAll, true);
        const { empty } = await page.evaluate(inventory);
        report(file, `details are open on paper${how}`, empty.map((part) => `${part} is empty or not shown`));
        report(file, `nothing wider than an A4 page${how}`, await page.evaluate(sidewaysProblems));
        report(file, `texts keep apart on paper${how}`, await page.evaluate(collisions));
        const ground = await page.evaluate(paper);
        report(file, `paper is light${how}`, /^(rgb\(255, 255, 255\)|rgba\(0, 0, 0, 0\))$/.test(ground) ? [] : [`ground is ${ground}`]);
        if (javaScriptEnabled) report(file, 'labels of the drawings on paper', await page.evaluate(labelProblems));

        await page.evaluate(openAll, true);
        const texts = await page.evaluate(paperText);
        const own = await page.evaluate(() => document.documentElement.lang);
        this.printed(file, how, pdf, texts, own, sides / 2);
      });
    }
  }

  /** Compares the text of the PDF with the text of the page. */
  printed(file, how, pdf, texts, lang, margin) {
    const name = `printed text${how}`;
    const directory = mkdtempSync(join(tmpdir(), 'browser-check-'));
    try {
      const path = join(directory, 'report.pdf');
      writeFileSync(path, pdf);
      const run = (...args) => execFileSync('pdftotext', [...args, '-enc', 'UTF-8', path, '-'], { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] });
      let plain;
      try {
        plain = run('-raw');
      } catch (error) {
        if (error.code !== 'ENOENT') throw error;
        skip(file, name, 'pdftotext is not installed');
        return;
      }

      // Words and single Chinese characters, counted: lines and cells may break anywhere else.
      const words = (text) => text.normalize('NFKC').match(/\p{Script=Han}|(?:(?!\p{Script=Han})[\p{L}\p{N}])+/gu) ?? [];
      const count = (list) => list.reduce((counts, word) => counts.set(word, (counts.get(word) ?? 0) + 1), new Map());
      const found = count(words(plain));
      const wanted = count(texts.flatMap(({ text }) => words(text)));
      const missing = [...wanted].filter(([word, times]) => (found.get(word) ?? 0) < times)
        .map(([word, times]) => `"${word}" ${found.get(word) ?? 0} times instead of ${times}: cut off, or run into the text beside it`);
      report(file, `${name} is complete, details included`, missing, `${texts.filter((part) => part.details).length} texts in details`);

      if (/^zh/.test(lang)) {
        const joined = plain.normalize('NFKC').replace(/\s+/g, '');
        const han = (plain.match(/\p{Script=Han}/gu) ?? []).length;
        const lost = texts.filter(({ text, details }) => !details && /^\p{Script=Han}{2,8}$/u.test(text.trim()))
          .map(({ text }) => text.trim()).filter((text) => !joined.includes(text));
        report(file, `Chinese can be selected${how}`, han < 200 ? [`${han} Chinese characters`] : [...new Set(lost)], `${han} characters`);
      }

      const boxes = run('-bbox');
      const problems = [];
      const points = 72 / 25.4;
      const pages = boxes.split('<page ').slice(1);
      pages.forEach((text, i) => {
        const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(text).map(Number);
        if (Math.abs(width - A4_MM.width * points) > 1 || Math.abs(height - A4_MM.height * points) > 1) {
          problems.push(`page ${i + 1} is ${width} × ${height} points`);
        }
        for (const [, left, right, word] of text.matchAll(/<word xMin="([-\d.]+)" yMin="[-\d.]+" xMax="([-\d.]+)" yMax="[-\d.]+">(.*?)<\/word>/g)) {
          if (left < margin * points - 2 || right > width - margin * points + 2) problems.push(`page ${i + 1}: "${word}" is in the margin`);
        }
      });
      report(file, `A4 pages, words inside the margins${how}`, problems, `${pages.length} pages`);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }
}

// --------------------------------------------------------------------------------------------- run

async function main() {
  const [directory, ...rest] = process.argv.slice(2);
  if (!directory || rest.length > 0) {
    console.error(`usage: node ${basename(fileURLToPath(import.meta.url))} REPORT_DIR`);
    return 2;
  }
  if (!existsSync(BROWSER)) {
    console.error(`no browser at ${BROWSER}; CHROMIUM names another one`);
    return 2;
  }
  const root = resolve(directory);
  const files = existsSync(root) ? readdirSync(root).filter((name) => name.endsWith('.html')).sort() : [];
  if (files.length === 0) {
    console.error(`no report (*.html) in ${directory}`);
    return 2;
  }
  const browser = await chromium.launch({ executablePath: BROWSER, args: ARGS });
  try {
    const reports = new Reports(browser, root);
    for (const file of files) {
      try {
        await reports.all(file);
      } catch (error) {
        report(file, 'the checks run to their end', [error.stack ?? String(error)]);
      }
    }
  } finally {
    await browser.close();
  }
  if (tally.failed.length > 0) {
    console.log('\nFailed:');
    for (const line of tally.failed) console.log(`  ${line}`);
  }
  console.log(`${tally.passed} passed, ${tally.failed.length} failed`);
  return tally.failed.length > 0 ? 1 : 0;
}

process.exitCode = await main();
