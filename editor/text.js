// Places in a text, and the difference between two texts.

/** The offset of a line and column, both from 1; a column counts characters, not UTF-16 units. What lies outside is brought inside. */
export function offset(doc, line, column) {
  const { from, text } = doc.line(Math.min(Math.max(line, 1), doc.lines));
  let units = 0;
  for (let rest = column; rest > 1 && units < text.length; rest -= 1) units += text.codePointAt(units) > 0xffff ? 2 : 1;
  return from + units;
}

/** What to replace so that `before` becomes `after`, or nothing if they are equal: the selection outside of it stays. */
export function smallestChange(before, after) {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}

/** Indents the line begun after `key:`, `- key:` or `key: |`, where something inside of it belongs; YAML's grammar alone does not. */
export function indentAfterKey(context, position) {
  if (context.simulatedBreak !== position) return undefined;
  const before = context.lineAt(position, -1).text;
  const opens = /^(\s*(?:- +)*)[^\s#][^#]*:(?: +[|>][-+\d]*)?\s*(?:#.*)?$/.exec(before);
  return opens ? opens[1].length + context.unit : undefined;
}
