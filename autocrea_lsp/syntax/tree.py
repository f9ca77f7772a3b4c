"""A document's tree and what can be asked of it. Places are lines and code points, as everywhere.

What answers is loaded when it is first asked: a server that starts has no tree yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autocrea_lsp.syntax.grammars import grammar_for
from autocrea_lsp.syntax.source import Source
from autocrea_lsp.syntax.values import Definition, Place, Problem

if TYPE_CHECKING:
    import tree_sitter

_COMMENTS = frozenset({"comment", "line_comment", "block_comment", "html_comment", "js_comment"})
_STRINGS = frozenset(
    {
        *("string", "concatenated_string", "template_string", "string_literal", "raw_string_literal", "char_literal"),
        *("interpreted_string_literal", "rune_literal", "character_literal", "verbatim_string_literal", "character"),
        *("interpolated_string_expression", "encapsed_string", "nowdoc_string", "heredoc", "heredoc_body", "regex"),
        *("string_array", "symbol_array", "delimited_symbol", "raw_string", "ansi_c_string", "translated_string"),
        *("string_value", "double_quote_scalar", "single_quote_scalar", "block_scalar", "system_lib_string"),
        *("quoted_attribute_value", "quoted_key", "regex_literal", "subshell", "shell_command_expression"),
    }
)
_CODE_IN_STRINGS = frozenset(
    {"interpolation", "template_substitution", "expansion", "command_substitution", "string_interpolation"}
)
_ENDS_OF_COMMENTS = (b"*/", b"-->", b"]]", b"=end", b"]=]")


class Tree:
    """Immutable: an edit makes another one. Cheap to ask, from any thread."""

    def __init__(self, raw: tree_sitter.Tree, source: Source, language: str) -> None:
        self.raw = raw
        self.source = source
        self.language = language
        self.grammar = grammar_for(language) or ""

    def problems(self) -> list[Problem]:
        """What does not follow the grammar: outermost places, in order, the first 50."""
        from autocrea_lsp.syntax import problems

        return problems.of(self.raw.root_node, self.source, self.language)

    def enclosing_definition(self, line: int, column: int) -> Definition | None:
        """The innermost definition around a place; blanks at a line's ends belong to what stands on that line."""
        from autocrea_lsp.syntax import definitions

        lines = self.source.lines
        if line < len(lines) and (text := lines[line].rstrip()):
            column = min(max(column, len(text) - len(text.lstrip())), len(text) - 1)
        offset = self.source.offset(line, column)
        return definitions.around(self.raw.root_node, self.source, self.grammar, offset)

    def where(self, line: int, column: int) -> Place:
        """What a character typed at that place would become part of."""
        from autocrea_lsp.syntax import definitions

        offset = self.source.offset(line, column)
        text = self.source.bytes
        place: Place = "code"
        for node in definitions.path_to(self.raw.root_node, offset - 1):
            end = node.end_byte
            if node.type in _COMMENTS:
                if text[end - 1 : end] == b"\n":
                    end -= 1
                block = text[node.start_byte : end].endswith(_ENDS_OF_COMMENTS)
                if offset < end or (offset == end and not block):
                    return "comment"
            elif node.is_named and node.type in _STRINGS:
                place = "string" if offset < end or place == "string" else place
            elif node.type in _CODE_IN_STRINGS and offset < end:
                place = "code"
        return place

    def import_lines(self) -> tuple[int, int]:
        """(first, end) of the leading imports; (n, n) where there is none: where one would go."""
        from autocrea_lsp.syntax import imports

        return imports.lines_of(self.raw.root_node, self.source, self.grammar)
