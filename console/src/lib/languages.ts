// X12, JSONata, JSON and XML for the editor.

import { HighlightStyle, StreamLanguage, type StreamParser, syntaxHighlighting } from '@codemirror/language';
import { tags } from '@lezer/highlight';

export type LanguageName = 'x12' | 'json' | 'xml' | 'jsonata' | 'text';

interface X12State {
  element: string;
  component: string;
  terminator: string;
  atStart: boolean;
}

const x12: StreamParser<X12State> = {
  startState: () => ({ element: '*', component: ':', terminator: '~', atStart: true }),
  token(stream, state) {
    if (state.atStart) {
      stream.eatSpace();
      if (stream.eol()) return null;
      const rest = stream.string.slice(stream.pos);
      if (rest.startsWith('ISA') && rest.length > 105) {
        state.element = rest[3] ?? '*';
        state.component = rest[104] ?? ':';
        state.terminator = rest[105] ?? '~';
      }
      state.atStart = false;
      stream.eatWhile((c) => c !== state.element && c !== state.terminator);
      return 'keyword';
    }
    const next = stream.next();
    if (next === state.terminator) {
      state.atStart = true;
      return 'punctuation';
    }
    if (next === state.element || next === state.component) return 'punctuation';
    stream.eatWhile((c) => c !== state.element && c !== state.terminator && c !== state.component);
    return 'string';
  },
};

const WORDS = new Set(['and', 'or', 'in', 'true', 'false', 'null', 'function']);

const jsonata: StreamParser<{ inComment: boolean }> = {
  startState: () => ({ inComment: false }),
  token(stream, state) {
    if (state.inComment || stream.match('/*')) {
      state.inComment = !stream.match(/^.*?\*\//);
      if (state.inComment) stream.skipToEnd();
      return 'comment';
    }
    if (stream.eatSpace()) return null;
    if (stream.match(/^"(?:[^"\\]|\\.)*"?|^'(?:[^'\\]|\\.)*'?/)) return 'string';
    if (stream.match(/^`[^`]*`?/)) return 'propertyName';
    if (stream.match(/^\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/)) return 'number';
    if (stream.match(/^\$\w*/)) return 'variableName.special';
    const word = stream.match(/^[A-Za-z_]\w*/) as RegExpMatchArray | null;
    if (word) return WORDS.has(word[0]) ? 'keyword' : 'propertyName';
    stream.next();
    return 'operator';
  },
};

const json: StreamParser<unknown> = {
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.match(/^"(?:[^"\\]|\\.)*"(?=\s*:)/)) return 'propertyName';
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return 'string';
    if (stream.match(/^-?\d[\d.eE+-]*/)) return 'number';
    if (stream.match(/^(?:true|false|null)\b/)) return 'keyword';
    stream.next();
    return 'punctuation';
  },
};

const xml: StreamParser<{ inTag: boolean; inComment: boolean }> = {
  startState: () => ({ inTag: false, inComment: false }),
  token(stream, state) {
    if (state.inComment || stream.match('<!--')) {
      state.inComment = !stream.match(/^.*?-->/);
      if (state.inComment) stream.skipToEnd();
      return 'comment';
    }
    if (!state.inTag) {
      if (stream.match(/^<[/?!]?[\w:.-]*/)) {
        state.inTag = true;
        return 'keyword';
      }
      stream.eatWhile(/[^<]/);
      return null;
    }
    if (stream.eatSpace()) return null;
    if (stream.match(/^[/?]?>/)) {
      state.inTag = false;
      return 'keyword';
    }
    if (stream.match(/^"[^"]*"?|^'[^']*'?/)) return 'string';
    if (stream.match(/^[\w:.-]+/)) return 'propertyName';
    stream.next();
    return 'operator';
  },
};

const PARSERS: Record<Exclude<LanguageName, 'text'>, StreamParser<any>> = { x12, jsonata, json, xml };

/** The extension of a language. */
export function language(name: LanguageName) {
  return name === 'text' ? [] : StreamLanguage.define(PARSERS[name]);
}

const color = (name: string) => `var(--code-${name})`;

/** The colours, as the page's style has them. */
export const highlighting = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.keyword, color: color('keyword'), fontWeight: '600' },
    { tag: tags.string, color: color('string') },
    { tag: tags.propertyName, color: color('name') },
    { tag: tags.number, color: color('number') },
    { tag: tags.special(tags.variableName), color: color('variable') },
    { tag: tags.comment, color: color('comment'), fontStyle: 'italic' },
    { tag: [tags.punctuation, tags.operator], color: color('mark') },
  ]),
);
