/** Draws blocks of Markdown with elements and text nodes only: no HTML is ever parsed. */

import type { Inline } from '../view/inline.ts';
import { blocks, type Block } from '../view/markdown.ts';

/** Called with the text of a code block when its button is pressed. */
type Copy = (text: string) => void;

export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className = '',
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.append(...children); // strings become text nodes
  return made;
}

export function button(label: string, press: () => void, className = ''): HTMLButtonElement {
  const made = element('button', className, label);
  made.type = 'button';
  made.addEventListener('click', press);
  return made;
}

export function draw(markdown: string, copy: Copy): Node[] {
  return blocks(markdown).map((block) => drawBlock(block, copy));
}

function drawBlock(block: Block, copy: Copy): Node {
  switch (block.type) {
    case 'heading':
      // The page's own title is the first level.
      return element(HEADINGS[Math.min(block.level, HEADINGS.length) - 1] ?? 'h6', '', ...block.inlines.map(drawInline));
    case 'paragraph':
      return element('p', '', ...block.inlines.map(drawInline));
    case 'code': {
      const { text } = block;
      const code = element('pre', '', element('code', '', text));
      code.tabIndex = 0; // so that the keyboard can scroll it
      const bar = button('Copy', () => {
        copy(text);
      }, 'copy');
      return element('div', 'code', bar, code);
    }
    case 'list': {
      const items = block.items.map((item) => element('li', '', ...item.map((child) => drawBlock(child, copy))));
      if (!block.ordered) return element('ul', '', ...items);
      const list = element('ol', '', ...items);
      list.start = block.start;
      return list;
    }
    case 'quote':
      return element('blockquote', '', ...block.blocks.map((child) => drawBlock(child, copy)));
    case 'rule':
      return element('hr');
  }
}

const HEADINGS = ['h2', 'h3', 'h4', 'h5', 'h6'] as const;

function drawInline(inline: Inline): Node {
  switch (inline.type) {
    case 'text':
      return document.createTextNode(inline.text);
    case 'code':
      return element('code', '', inline.text);
    case 'strong':
      return element('strong', '', ...inline.inlines.map(drawInline));
    case 'emphasis':
      return element('em', '', ...inline.inlines.map(drawInline));
  }
}
