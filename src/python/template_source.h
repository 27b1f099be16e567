#pragma once

namespace connector {

/// The sandbox around Jinja2. Runs once in a host of template workers, which provides is_no_literal(text) and
/// on_timer(signal, frame): raises TimeLimit where a template has taken too long.
inline constexpr char template_source[] = R"python(
import builtins
import encodings
import functools
import gc
import hashlib
import importlib
import itertools
import math
import pkgutil
import re
import signal
import warnings
from ast import literal_eval, parse
from collections.abc import Mapping, MutableMapping
from types import FunctionType, ModuleType

from jinja2 import TemplateSyntaxError, Undefined, UndefinedError, nodes, pass_context
from jinja2.nativetypes import NativeEnvironment
from jinja2.runtime import Context, missing
from jinja2.sandbox import SandboxedEnvironment, SecurityError

IMPORTABLE = ('string', 're', 'struct', 'datetime', 'calendar', 'time', 'collections', 'bisect', 'math', 'random',
              'statistics', 'hashlib', 'hmac', 'secrets', 'json', 'base64', 'binascii', 'html', 'urllib.parse', 'uuid')

# string.Formatter looks attributes up by itself, outside the sandbox; Enum, which uuid imports, makes classes of any
# kind; the clock is the computer's.
FORBIDDEN = {'string.Formatter', 're.template', 'uuid.Enum', 'time.clock_settime', 'time.clock_settime_ns'}

MOST_BITS = 1 << 20             # of a product or power: larger ones take minutes inside one call, and cannot be ended
LONGEST_LITERAL = 1 << 20       # the parser needs several hundred bytes for each character
MOST_ROUNDS = 10_000_000        # of a key derivation: some seconds, inside one call that cannot be ended

# A value like 1if is judged by Python's parser, which need not tell the log.
warnings.filterwarnings('ignore', module='<unknown>')

imported = {}       # name -> module
public_names = {}   # module -> the names that templates reach


class TimeLimit(BaseException):
    pass


class FetchFailed(BaseException):
    """A lazy variable could not be fetched."""


def pbkdf2_hmac(hash_name, password, salt, iterations, dklen=None):
    length = dklen or hashlib.new(hash_name).digest_size
    if iterations * -(-length // hashlib.new(hash_name).digest_size) > MOST_ROUNDS:
        raise OverflowError('pbkdf2_hmac() would take too long')
    return hashlib.pbkdf2_hmac(hash_name, password, salt, iterations, dklen)


REPLACED = {    # module -> what templates have in place of its own
    'hashlib': {'pbkdf2_hmac': pbkdf2_hmac},
}


def import_(*arguments, **options):
    if len(arguments) != 1 or options or not isinstance(arguments[0], str) or arguments[0] not in IMPORTABLE:
        raise SecurityError('import() takes one name of this list: ' + ', '.join(IMPORTABLE))
    name = str(arguments[0])
    if name not in imported:
        module = importlib.import_module(name)
        if name in REPLACED:
            original, module = module, ModuleType(name)
            vars(module).update(vars(original), **REPLACED[name])
        names = getattr(module, '__all__', None) or [name for name in vars(module) if not name.startswith('_')]
        public_names[module] = frozenset(each for each in names if f'{name}.{each}' not in FORBIDDEN)
        imported[name] = module
    return imported[name]


class Names(dict):
    """What a template can name; the globals stand behind it."""

    __slots__ = ()

    def __missing__(self, name):
        return template_globals.get(name, missing)


class Slim(Context):
    """The context of a template without blocks: without what only those, imports and inheritance need."""

    def __init__(self, environment, eval_ctx, names):
        self.resolve_or_missing = names.__getitem__
        self.parent = names
        self.vars = {}
        self.environment = environment
        self.eval_ctx = eval_ctx or nodes.EvalContext(environment, None)
        self.exported_vars = set()
        self.name = None
        self.blocks = {}
        self.globals_keys = frozenset()


DICT = frozenset(dir(dict))
judged = {}     # (module, name) -> a function of the module that templates may call; by then judged once
callable_functions = {import_}


class Sandbox(SandboxedEnvironment):
    def getattr(self, obj, attribute):
        kind = type(obj)
        if kind is dict and attribute in obj and attribute not in DICT:
            return obj[attribute]
        if kind is not ModuleType or type(attribute) is not str:
            return super().getattr(obj, attribute)
        found = judged.get((obj, attribute))
        if found is None:
            found = super().getattr(obj, attribute)
            if type(found) is FunctionType and self.is_safe_callable(found) and not vars(found):
                judged[obj, attribute] = found
                callable_functions.add(found)
        return found

    def call(self, context, obj, *arguments, **options):
        if type(obj) is FunctionType and obj in callable_functions:
            return obj(*arguments, **options)
        return super().call(context, obj, *arguments, **options)

    intercepted_binops = frozenset(['*', '**'])

    def is_safe_attribute(self, obj, attr, value):
        if isinstance(value, ModuleType) or isinstance(obj, ModuleType) and attr not in public_names.get(obj, ()):
            return False
        # Those of text are wrapped before this is asked; UserString has others, which look attributes up by themselves.
        if attr in ('format', 'format_map') and callable(value):
            return False
        return super().is_safe_attribute(obj, attr, value)

    def getitem(self, obj, argument):
        # A text whose str() is another one would be looked up by that, and judged by itself.
        return super().getitem(obj, str(argument) if isinstance(argument, str) else argument)

    def call_binop(self, context, operator, left, right):
        if isinstance(left, int) and isinstance(right, int):
            bits = left.bit_length() * right if operator == '**' else left.bit_length() + right.bit_length()
            if bits > MOST_BITS:
                raise OverflowError('a number would be too large')
        return super().call_binop(context, operator, left, right)


class AsIs(str):
    """A string that is not read as a Python literal."""


def joined(pieces):
    """What several pieces give: text, from the third piece on as each is put out, as Jinja2 does."""
    return literal_or_text(''.join(map(str, pieces)))


def literal_or_text(text):
    if len(text) > LONGEST_LITERAL or is_no_literal(text):
        return text
    try:
        value = literal_eval(parse(text, mode='eval'))
        return value if is_finite(value) else text
    except Exception:   # whatever it is, it is no literal
        return text


def is_finite(value):
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(map(is_finite, value)) and all(map(is_finite, value.values()))
    return not isinstance(value, (list, tuple)) or all(map(is_finite, value))


class NativeSandbox(Sandbox, NativeEnvironment):
    pass


@pass_context   # so that it is not applied to constants when the template is compiled, where AsIs would be lost
def as_is(context, value):
    return AsIs(value) if isinstance(value, str) else value


text_environment = Sandbox()
text_environment.filters['as_is'] = lambda value: value
native_environment = NativeSandbox()
native_environment.filters['as_is'] = as_is
for environment in text_environment, native_environment:
    environment.globals['import'] = import_
template_globals = text_environment.globals


# What templates may call without changing an object that they were given, whatever object it is.
HARMLESS_FUNCTIONS = {'caller', 'cycler', 'dict', 'import', 'joiner', 'lipsum', 'loop', 'namespace', 'range'}
HARMLESS_METHODS = set("""
    b64decode b64encode capitalize casefold center changed choice combine compile copy count current cycle date datetime days decode
    digest dumps encode endswith escape expandtabs find findall format fromisoformat fromtimestamp fullmatch get group
    groupdict groups hex hexdigest hexlify hour index int isalnum isalpha isascii isdecimal isdigit isidentifier islower
    isnumeric isoformat isoweekday isspace istitle isupper items join keys ljust loads lower lstrip match md5 minute
    month monthrange new next now parse_qs partition quote quote_plus randint random removeprefix removesuffix replace
    rfind rindex rjust rpartition rsplit rstrip search second sha1 sha256 sha384 sha512 split splitlines startswith
    strftime strip strptime sub subn swapcase time timedelta timegm timestamp title today token_hex token_urlsafe
    total_seconds translate unescape unhexlify unquote unquote_plus upper urlencode urljoin urlparse urlsplit utcnow
    uuid4 uuid5 values weekday year zfill""".split())
CALLBACKS = {   # method -> those of its arguments that it calls when they are functions
    'new': slice(2, 3), 'sub': slice(0, 2), 'subn': slice(0, 2), 'urlencode': slice(5, 6)}


def is_harmless(call, functions):
    """Whether a call changes nothing that lasts. A function handed to it is one only where it is named."""
    def is_plain(argument):
        return isinstance(argument, nodes.Const) or getattr(argument, 'attr', None) in HARMLESS_METHODS

    if isinstance(call.node, nodes.Name):
        return call.node.name in functions
    name = getattr(call.node, 'attr', None)
    handed = call.args[CALLBACKS.get(name, slice(0))] + [option.value for option in call.kwargs]
    return name in HARMLESS_METHODS and not (call.dyn_args or call.dyn_kwargs) and all(map(is_plain, handed))


def may_change_values(tree):
    """Whether rendering may change what variables hold: only calls can."""
    macros = {macro.name for macro in tree.find_all(nodes.Macro)}
    own = {name.name for name in tree.find_all(nodes.Name) if name.ctx != 'load'}
    functions = (HARMLESS_FUNCTIONS | macros) - own
    return not all(is_harmless(call, functions) for call in tree.find_all(nodes.Call))


def source_may_change_values(source):
    try:
        return may_change_values(text_environment.parse(source))
    except TemplateSyntaxError:
        return False    # it will not be rendered


def compile_template(environment, source):
    """What renders the template, what makes its context of Names, the names that it may look up, and whether it may
    change what they hold."""
    tree = environment.parse(source)
    names = {node.name for node in tree.find_all((nodes.Name, nodes.NSRef))}
    may_change = may_change_values(tree)
    changes_evaluation = tree.find(nodes.EvalContextModifier) is not None
    template = environment.from_string(tree)

    def with_blocks(names):
        return template.new_context({**template_globals, **names}, shared=True)

    eval_ctx = None if changes_evaluation else nodes.EvalContext(environment, None)
    context = with_blocks if template.blocks else functools.partial(Slim, environment, eval_ctx)
    return template.root_render_func, context, sorted(names), may_change


def items_of(value):
    """A list of the value's items; strings, mappings and what is not iterable as they are."""
    if isinstance(value, (list, str, bytes, Mapping, Undefined)):
        return value
    try:
        iterator = iter(value)
    except TypeError:
        return value
    return list(iterator)


def digits(number):
    """Of a whole number, also of more than the 4300 that str() writes."""
    head, tail = divmod(abs(number), 10 ** 4000)
    parts = [f'{tail:d}']
    while head:
        parts[-1] = parts[-1].rjust(4000, '0')
        head, tail = divmod(head, 10 ** 4000)
        parts.append(f'{tail:d}')
    return ('-' if number < 0 else '') + ''.join(reversed(parts))


class Headers(MutableMapping):
    """Finds names in any letter case."""

    __slots__ = ('_members',)

    def __init__(self, members):
        self._members = {}
        self.update(members)

    def __getitem__(self, name):
        return self._members[str(name).lower()][1]

    def __setitem__(self, name, value):
        self._members[str(name).lower()] = name, value

    def __delitem__(self, name):
        del self._members[str(name).lower()]

    def __iter__(self):
        return (name for name, value in self._members.values())

    def __len__(self):
        return len(self._members)

    def __repr__(self):
        return repr(dict(self))


class Lazy:
    """A mapping that is fetched when something is looked up in it. Without methods, so that all names are found."""

    __slots__ = ('_fetch',)

    def __init__(self, fetch):
        self._fetch = fetch

    def __getitem__(self, name):
        return self._fetch()[name]

    def __contains__(self, name):
        return name in self._fetch()

    def __iter__(self):
        return iter(self._fetch())

    def __len__(self):
        return len(self._fetch())


def cause(error, source):
    """Says what went wrong in one line, without values of variables: they may be secrets. What such a text quotes is
    kept where the template itself says it, or where it is the name of a type."""
    if isinstance(error, TimeLimit):
        return 'it takes too long'
    if isinstance(error, MemoryError):
        return 'it takes too much memory'

    def shown(quoted):
        words = quoted[0][1:-1]
        is_known = words in source or words.split(' ')[0] in TYPES or text.startswith(' object', quoted.end())
        return quoted[0] if is_known else quoted[0][0] + '…' + quoted[0][0]

    try:
        text = error.message if isinstance(error, TemplateSyntaxError) else str(error)
        text = text[:1000]
        text = re.sub(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""", shown, text).partition('\n')[0]
    except Exception:
        text = ''
    if isinstance(error, TemplateSyntaxError) and '\n' in source.strip():
        text = f'line {error.lineno}: {text}'
    if isinstance(error, (TemplateSyntaxError, UndefinedError, SecurityError)):
        return text
    return f'{type(error).__name__}: {text}' if text else type(error).__name__


TYPES = {*vars(builtins), 'NoneType', 'Undefined', 'module', 'function', 'method'}

# Workers can open no file: whatever may be imported later is there before.
for each in IMPORTABLE:
    import_(each)
for each in ('_strptime', '_blake2', '_md5', '_sha1', '_sha256', '_sha3', '_sha512', 'copy', 'heapq', 'jinja2.debug',
             'platform', 'stringprep', 'textwrap', 'unicodedata',
             *(f'encodings.{module.name}' for module in pkgutil.iter_modules(encodings.__path__))):
    try:
        importlib.import_module(each)
    except ImportError:     # of another system
        pass

signal.signal(signal.SIGALRM, on_timer)
start_timer = functools.partial(signal.setitimer, signal.ITIMER_REAL, 0.02, 0.02)
stop_timer = functools.partial(signal.setitimer, signal.ITIMER_REAL, 0)

gc.collect()
gc.freeze()     # what all workers share stays shared
)python";

}  // namespace connector
