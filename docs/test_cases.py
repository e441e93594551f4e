"""The cases of GoogleTest files, and what each of them calls.

A file is read as tokens, without comments and strings, and cut into items: a case, a function, a member, a variable, a macro. What a case calls are
the words of its own body that are called or have their address taken; then what the helpers do which it mentions, items of its own
file and of the headers of tests/ that this includes. No compiler: overloads are one helper, and a helper that is named like the
function that is looked for hides it, unless that is written with "::".
"""
import re

TOKEN = re.compile(r"""
    (?P<skip>//[^\n]*|/\*.*?\*/|\s+)
  | (?P<define>^[ \t]*\#[ \t]*define\b(?:\\\n|[^\n])*)
  | (?P<directive>^[ \t]*\#(?:\\\n|[^\n])*)
  | (?P<string>(?:\b(?:u8|[uUL]))?(?:R"(?P<raw>[^(\s]*)\(.*?\)(?P=raw)"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'))
  | (?P<number>\b\d(?:'?[\w.])*)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<sign>::|->|==|!=|<=|>=|&&|\|\||\S)""", re.VERBOSE | re.DOTALL | re.MULTILINE)
INCLUDE = re.compile(r'^\s*#\s*include\s+"(tests/[^"]+)"', re.MULTILINE)
WORD = re.compile(r"[A-Za-z_]\w*$")
CASES = ("TEST", "TEST_F", "TEST_P")
PARAMETERS = {"INSTANTIATE_TEST_SUITE_P": 2, "FOR_BOTH_FAMILIES": 1}  # which of the arguments is the suite
CLOSING = {"(": ")", "[": "]", "{": "}"}
# A word before a name makes it the name of something declared, but for these.
STATEMENTS = {"return", "else", "do", "throw", "case", "co_return", "co_await", "co_yield", "and", "or", "not"}


class Item:
    def __init__(self, kind, names, tokens, scope):
        self.kind = kind      # "case", "parameters", "macro" or "helper"
        self.names = names    # by which it is mentioned; a case: its suite and its own
        self.tokens = tokens
        self.scope = scope    # the class whose member it is, or ""
        self.calls, self.mentions = words_of(tokens)


def tokens_of(text):
    for match in TOKEN.finditer(text):
        if match.lastgroup == "define":
            yield "#define", match["define"]
        elif match.lastgroup in ("string", "raw") or match["string"]:
            yield '""', ""
        elif match.lastgroup in ("word", "number", "sign"):
            yield match.group(), ""


def words_of(tokens):
    """What may be a call of, or the address of, something at namespace scope ({name: whether "::" says so}); and every word."""
    calls, mentions = {}, set()
    padded = ["", ""] + tokens + [""]
    for two_before, before, word, after in zip(padded, padded[1:], padded[2:], padded[3:]):
        if not WORD.match(word):
            continue
        mentions.add(word)
        rooted = before == "::"
        if before in (".", "->") or (rooted and (WORD.match(two_before) or two_before == ">") and two_before not in STATEMENTS):
            continue
        declared = WORD.match(before) and before not in STATEMENTS
        # A variable may be called `socket`, but hardly WSASocketW.
        passed = after in ("", ")", ",", "}", ";", "]") and not word.islower()
        if not declared and (after == "(" or before == "&" or passed or (rooted and two_before == "&")):
            calls[word] = calls.get(word, False) or rooted
    return calls, mentions


def end_of_group(tokens, begin):
    """The place after the bracket that closes the one at `begin`."""
    depth = 0
    for place in range(begin, len(tokens)):
        depth += tokens[place] in CLOSING
        depth -= tokens[place] in CLOSING.values()
        if depth == 0:
            return place + 1
    return len(tokens)


def without_template(head):
    while head[:2] == ["template", "<"]:
        depth = 0
        for place in range(1, len(head)):
            depth += {"<": 1, ">": -1}.get(head[place], 0)
            if depth == 0:
                break
        head = head[place + 1:]
    return head


def class_of(head):
    """Of what is declared before a brace: None unless the brace opens a namespace or a class; its name, "" of a namespace."""
    head = without_template(head)
    before = head[:head.index("(")] if "(" in head else head
    if "=" in before:
        return None
    if "namespace" in before or head == ["extern", '""']:
        return ""
    for kind in ("class", "struct", "union"):
        if kind in before and (before == head or before[0] == kind):
            names = [word for word in before[before.index(kind) + 1:] if WORD.match(word) and word != "alignas"]
            return names[0] if names else kind
    return None


def item_of(tokens, scope):
    head = without_template(tokens)
    arguments = [word for word in head[2:end_of_group(head, 1)] if WORD.match(word)] if len(head) > 1 and head[1] == "(" else []
    if head[0] in CASES:
        return Item("case", arguments[:2], head[end_of_group(head, 1):], arguments[0])
    if head[0] in PARAMETERS:
        return Item("parameters", [arguments[PARAMETERS[head[0]] - 1]], head, "")
    for place, token in enumerate(head[1:], 1):
        if token in ("(", "[", "=", "{", ";", ":") and WORD.match(head[place - 1]):
            name = head[place - 1]
            # What makes, keeps or ends an object belongs to its class, and so does what a fixture does around each case.
            of_class = scope and (token != "(" or name in (scope, "SetUp", "TearDown"))
            return Item("helper", [name, scope] if of_class else [name], head, scope)
    return Item("helper", [scope], head, scope)


def items_of(text):
    marked = list(tokens_of(text))
    items = []
    for token, body in marked:
        if token == "#define" and (match := re.match(r"\s*#\s*define\s+(\w+)(?:\([^)]*\))?(.*)", body, re.DOTALL)):
            words = [word for word, _ in tokens_of(match[2].replace("\\\n", " "))]
            items.append(Item("macro", [match[1]], words, ""))
    tokens = [token for token, _ in marked if token != "#define"]
    scopes, begin, place, initialises = [], 0, 0, False

    def add(end):
        if begin < end:
            items.append(item_of(tokens[begin:end], scopes[-1] if scopes else ""))

    while place < len(tokens):
        token = tokens[place]
        if begin == place:
            initialises = False
        if token == "}":
            if scopes:
                scopes.pop()
            place += 1
            begin = place
        elif token == "{" and (scope := class_of(tokens[begin:place])) is not None:
            if scope:
                items.append(Item("helper", [scope], tokens[begin:place], scope))  # its bases
            scopes.append(scope or (scopes[-1] if scopes else ""))
            place += 1
            begin = place
        elif token in CLOSING:
            place = end_of_group(tokens, place)
            after = tokens[place] if place < len(tokens) else ""
            ends = token == "{" and not initialises and after not in (",", "{", ";")
            if ends or (token == "(" and tokens[begin] in PARAMETERS):
                add(place)
                begin = place
        elif token == "=":
            initialises = True
            place += 1
        elif token == ";":
            add(place)
            place += 1
            begin = place
        elif token == ":" and tokens[begin:place] in (["public"], ["protected"], ["private"]):
            place += 1
            begin = place
        else:
            place += 1
    return items


class Cases:
    def __init__(self, top, files):
        self._top = top
        self._items = {}
        self.found = []  # (name, what its own body calls, what it and its helpers call)
        self._programs = []  # (file, what it calls): those without cases, which cases run
        for path in files:
            self._read(path)

    def _items_in(self, path):
        if path not in self._items:
            text = (self._top / path).read_text()
            near = [include for include in INCLUDE.findall(text) if (self._top / include).exists()]
            for source in [include.removesuffix(".h") + ".cpp" for include in near]:
                if (self._top / source).exists() and source != path:
                    near.append(source)
            self._items[path] = (items_of(text), near)
        return self._items[path]

    def _read(self, path):
        reached, todo = [], [path]
        while todo:
            one = todo.pop()
            if one not in reached:
                reached.append(one)
                todo += self._items_in(one)[1]
        helpers, bases, parameters = {}, {}, {}
        for one in reached:
            for item in self._items_in(one)[0]:
                if item.kind == "parameters":
                    parameters.setdefault(item.names[0], []).append(item)
                if item.kind not in ("helper", "macro"):
                    continue
                for name in item.names:
                    helpers.setdefault(name, []).append(item)
                if item.names == [item.scope]:
                    bases.setdefault(item.scope, set()).update(item.mentions - {item.scope})

        def hidden(name, scope):
            scopes, todo = set(), {scope}
            while todo:
                one = todo.pop()
                scopes.add(one)
                todo |= bases.get(one, set()) - scopes
            return any(helper.scope in scopes | {""} and helper.names[0] == name and "{" in helper.tokens for helper in helpers.get(name, []))

        def called(item):
            return {name for name, rooted in item.calls.items() if rooted or not hidden(name, item.scope)}

        if not any(item.kind == "case" for item in self._items_in(path)[0]):
            self._programs.append((path, set().union(*(called(item) for item in self._items_in(path)[0]))))
        for case in self._items_in(path)[0]:
            if case.kind != "case":
                continue
            suite, name = case.names
            followed, mentions, everything = set(), {suite}, set()
            todo = [case, *parameters.get(suite, [])]
            while todo:
                for item in todo:
                    followed.add(id(item))
                    mentions |= item.mentions
                    everything |= called(item)
                # A member counts where its class is mentioned, too: others have members of the same name.
                todo = [helper for mention in mentions & helpers.keys() for helper in helpers[mention]
                        if id(helper) not in followed and helper.scope in mentions | {""}]
            self.found.append((f"{suite}.{name}", called(case), everything))

    def calling(self, names):
        """The cases that call one of these by themselves, or else those whose helpers do, or else the programs that cases run."""
        return ([case for case, direct, _ in self.found if names & direct] or
                [case for case, _, everything in self.found if names & everything] or
                [path for path, calls in self._programs if names & calls])
