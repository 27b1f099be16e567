#pragma once

namespace connector {

/// What inline code meets that is best said in Python. Runs once for each InlineCode, which provides write_log and
/// RecordBase.
inline constexpr char prelude[] = R"python(
import _ast  # not ast, which brings a dozen modules: 0.8 MB


class Record(RecordBase):
    __slots__ = ()

    def __setattr__(self, name, value):
        if name.startswith('__') and name.endswith('__'):
            raise AttributeError(f'the attribute {name!r} of a record cannot be set')
        self[name] = value

    def __delattr__(self, name):
        if name not in self:
            raise AttributeError(f'a record has no attribute {name!r}')
        del self[name]


class DynamicException(Exception):
    pass


class Stopped(BaseException):
    """The program must end: code has no business catching it."""


class TimeLimit(BaseException):
    pass


class Logger:
    __slots__ = ()

    def debug(self, message, *arguments, exc_info=None, **options):
        log(10, message, arguments, exc_info)

    def info(self, message, *arguments, exc_info=None, **options):
        log(20, message, arguments, exc_info)

    def warning(self, message, *arguments, exc_info=None, **options):
        log(30, message, arguments, exc_info)

    def error(self, message, *arguments, exc_info=None, **options):
        log(40, message, arguments, exc_info)

    def critical(self, message, *arguments, exc_info=None, **options):
        log(50, message, arguments, exc_info)

    def exception(self, message, *arguments, exc_info=True, **options):
        log(40, message, arguments, exc_info)

    warn = warning


def log(level, message, arguments, exc_info):
    try:
        text = str(message)
        if len(arguments) == 1 and isinstance(arguments[0], dict) and arguments[0]:
            arguments = arguments[0]
        if arguments:
            text %= arguments
    except Exception as error:
        text = f'a line that cannot be formatted: {message!s:.200} ({described(error)})'
    if exc_info:
        import sys
        error = exc_info if isinstance(exc_info, BaseException) else sys.exc_info()[1]
        if error is not None:
            text += ': ' + described(error)
    write_log(level, text)


def described(error):
    try:
        text = str(error)[:1000]
    except Exception:
        text = ''
    return f'{type(error).__name__}: {text}' if text else type(error).__name__


def failure(error, trace, file):
    line = None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno - 1
        trace = trace.tb_next
    return described(error) if line is None else f'{described(error)} (line {line})'


def compile_body(text, arguments, file):
    """The code object; whether it may write its globals; the keys of the record that it reads, None when it may do
    more with it than read some."""
    first, newline, rest = text.partition('\n')
    first = first.lstrip()
    source = f'def code({arguments}):\n' + ('    ' + first if first else '') + newline + rest + '\n'
    try:
        if not text.strip():
            raise SyntaxError('there is no code')
        tree = compile(source, file, 'exec', flags=0x400, dont_inherit=True)  # ast.PyCF_ONLY_AST
        if len(tree.body) > 1:
            raise IndentationError('the line is not indented', (file, tree.body[1].lineno, 0, ''))
        module = compile(tree, file, 'exec', dont_inherit=True)
    except Exception as error:
        raise ValueError(compile_error(error)) from None
    code = next(constant for constant in module.co_consts if hasattr(constant, 'co_code'))
    may_write = may_write_globals(tree)
    return code, may_write, None if may_write else keys_read(tree)


# What leads to a frame or its globals. Modules that may be imported have nothing of the kind.
REFLECTION = {'globals', 'locals', 'vars', 'eval', 'exec', 'compile', 'dir', 'getattr', 'setattr', 'delattr', 'breakpoint',
              'f_globals', 'f_locals', 'f_back', 'tb_frame', 'gi_frame', 'cr_frame', 'ag_frame'}
PLAIN_MODULES = {'re', 'datetime', 'calendar', 'time', 'math', 'json', 'string', 'hashlib', 'base64', 'binascii',
                 'urllib.parse', 'ipaddress', 'uuid', 'random', 'decimal', 'fractions', 'unicodedata', 'textwrap', 'html'}


def nodes(tree):
    left = [tree]
    while left:
        node = left.pop()
        yield node
        for name in node._fields:
            value = getattr(node, name, None)
            left += [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, _ast.AST)]


def may_write_globals(tree):
    for node in nodes(tree):
        if isinstance(node, (_ast.Global, _ast.Nonlocal)):
            return True
        if isinstance(node, _ast.Name) and (node.id in REFLECTION or node.id.startswith('__')):
            return True
        if isinstance(node, _ast.Attribute) and (node.attr in REFLECTION or node.attr.startswith('__')):
            return True
        if isinstance(node, _ast.Import) and any(each.name not in PLAIN_MODULES for each in node.names):
            return True
        if isinstance(node, _ast.ImportFrom) and node.module not in PLAIN_MODULES:
            return True
    return False


def keys_read(tree):
    keys, seen = set(), set()

    def is_record(node):
        return isinstance(node, _ast.Name) and node.id == 'record' and isinstance(node.ctx, _ast.Load)

    def note(node, key):
        if isinstance(key, str):
            seen.add(node)
            keys.add(key)

    for node in nodes(tree):
        if isinstance(node, _ast.Call) and isinstance(node.func, _ast.Attribute) and is_record(node.func.value):
            if node.func.attr == 'get' and node.args and isinstance(node.args[0], _ast.Constant):
                note(node.func.value, node.args[0].value)
        elif isinstance(node, _ast.Attribute) and is_record(node.value) and isinstance(node.ctx, _ast.Load):
            if not hasattr(dict, node.attr):
                note(node.value, node.attr)
        elif isinstance(node, _ast.Subscript) and is_record(node.value) and isinstance(node.ctx, _ast.Load):
            if isinstance(node.slice, _ast.Constant):
                note(node.value, node.slice.value)
    for node in nodes(tree):
        if isinstance(node, _ast.Name) and node.id == 'record' and node not in seen:
            return None
    return sorted(keys)


def compile_error(error):
    if not isinstance(error, SyntaxError):
        return described(error)
    import re
    text = error.msg.replace(' after function definition on line 1', '')
    text = re.sub(r'\bline (\d+)', lambda found: f'line {int(found[1]) - 1}', text)
    return f'line {max(error.lineno - 1, 1)}: {text}' if error.lineno else text
)python";

}  // namespace connector
