/** The other end of the bridge: reads one JSON request a line from descriptor 3, answers on descriptor 4, each request in a thread of its own. */
export const BRIDGE_SCRIPT = `
import datetime, decimal, importlib, inspect, json, os, sys, threading, traceback, types, uuid

def shim():
    try:
        import chaoslib.exceptions
        return
    except Exception:
        pass
    root = types.ModuleType("chaoslib"); root.__path__ = []
    exceptions = types.ModuleType("chaoslib.exceptions")
    base = type("ChaosException", (Exception,), {"__module__": "chaoslib.exceptions"})
    exceptions.ChaosException = base
    for name in ("ActivityFailed", "InvalidActivity", "InvalidExperiment", "InvalidSource", "InterruptExecution",
                 "ControlPythonFunctionLoadingError", "ExperimentExitedException", "DiscoveryFailed"):
        setattr(exceptions, name, type(name, (base,), {"__module__": "chaoslib.exceptions"}))
    kinds = types.ModuleType("chaoslib.types")
    for name in ("Activity", "Configuration", "Control", "Discovery", "DiscoveredActivities", "Experiment", "Extension", "Hypothesis",
                 "Journal", "Run", "Secrets", "Settings", "TargetLayers"):
        setattr(kinds, name, dict)
    for name, module in (("chaoslib", root), ("chaoslib.exceptions", exceptions), ("chaoslib.types", kinds)):
        sys.modules[name] = module
    root.exceptions = exceptions; root.types = kinds

def plain(value):
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (set, frozenset)):
        return str(value)
    return str(value)

def keys_as_text(value, depth=0):
    if depth > 200:
        return str(value)
    if isinstance(value, dict):
        return {k if isinstance(k, (str, int, float, bool)) or k is None else str(k): keys_as_text(v, depth + 1) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [keys_as_text(v, depth + 1) for v in value]
    return value

out = os.fdopen(4, "w", encoding="utf-8", newline="\\n")
lock = threading.Lock()

def answer(reply):
    try:
        text = json.dumps(keys_as_text(reply), default=plain)
    except Exception as error:
        text = json.dumps({"id": reply["id"], "failed": "the output can not be written: %s" % error})
    with lock:
        out.write(text + "\\n"); out.flush()

def words(error):
    return traceback.format_exception_only(type(error), error)[-1].strip()

def is_named(error, name):
    return any(kind.__name__ == name for kind in type(error).__mro__)

def function_of(request):
    try:
        module = importlib.import_module(request["module"])
    except Exception as error:
        return None, {"where": "module", "message": words(error), "missing": isinstance(error, ImportError)}
    func = getattr(module, request["func"], None)
    if not (inspect.isfunction(func) or inspect.isbuiltin(func)):
        return None, {"where": "func", "message": "no such function"}
    return func, None

def check(request):
    if not request["func"]:
        try:
            importlib.import_module(request["module"])
            return {"problem": None}
        except Exception as error:
            return {"problem": {"where": "module", "message": words(error), "missing": True}}
    func, problem = function_of(request)
    if problem:
        return {"problem": problem}
    try:
        signature = inspect.signature(func)
    except ValueError:
        return {"problem": None}
    given = dict.fromkeys(request["arguments"])
    for name in ("secrets", "configuration"):
        if name in signature.parameters:
            given.setdefault(name, None)
    try:
        signature.bind(**given)
    except TypeError as error:
        return {"problem": {"where": "arguments", "message": str(error)}}
    return {"problem": None}

def call(request):
    func, problem = function_of(request)
    if problem:
        return {"fatal": problem["message"]}
    given = dict(request["arguments"])
    try:
        parameters = inspect.signature(func).parameters
    except ValueError:
        parameters = {}
    if "secrets" in parameters:
        given["secrets"] = request["secrets"]
    if "configuration" in parameters:
        given["configuration"] = request["configuration"]
    try:
        return {"output": func(**given)}
    except BaseException as error:
        return {"failed": str(error) if is_named(error, "ActivityFailed") else words(error)}

SHARED = ("context", "state", "configuration", "secrets", "experiment", "extensions", "settings")

def control(request):
    try:
        module = importlib.import_module(request["module"])
    except Exception as error:
        return {"failed": words(error)}
    func = getattr(module, request["hook"], None)
    if func is None:
        return {"done": False}
    given = dict(request["arguments"])
    parameters = inspect.signature(func).parameters
    before = {name: json.dumps(request.get(name), default=plain) for name in SHARED if name in request}
    for name in before:
        if name in parameters and (name != "context" or request["hook"] not in ("configure_control", "cleanup_control")):
            given[name] = request[name]
    interrupt = None
    try:
        func(**given)
    except Exception as error:
        if is_named(error, "InterruptExecution"):
            interrupt = str(error)
        else:
            return {"failed": words(error)}
    changed = {name: request[name] for name in before if json.dumps(keys_as_text(request[name]), default=plain) != before[name]}
    return {"done": True, "interrupt": interrupt, "changed": changed}

def notify(request):
    func, problem = function_of(request)
    if problem:
        return {"failed": problem["message"]}
    func(request["given"]["channel"], request["given"]["payload"])
    return {"output": None}

TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", bytes: "byte", set: "set", tuple: "tuple", list: "list",
         dict: "mapping", type(None): "null"}

def portable(kind):
    return TYPES.get(kind) or TYPES.get(getattr(kind, "__origin__", None)) or "object"

def describe(kind, module, name, func):
    args = []
    for parameter in inspect.signature(func).parameters.values():
        if parameter.name in ("secrets", "configuration") or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        described = {"name": parameter.name}
        if parameter.default is not parameter.empty:
            described["default"] = parameter.default
        if parameter.annotation is not parameter.empty:
            described["type"] = portable(parameter.annotation)
        args.append(described)
    return {"type": kind, "name": name, "mod": module, "doc": inspect.getdoc(func), "arguments": args}

def module_of(name):
    from importlib import metadata
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return name, ""
    tops = [line for line in (found.read_text("top_level.txt") or "").split() if not line.startswith("_")]
    if not tops:
        tops = sorted({file.parts[0] for file in found.files or [] if len(file.parts) > 1 and file.parts[-1] == "__init__.py"})
    return (tops or [name.replace("-", "_")])[0], found.version

def discover(request):
    import pkgutil
    name, version = module_of(request["name"])
    try:
        root = importlib.import_module(name)
    except Exception as error:
        return {"failed": "the package '%s' can not be loaded: %s" % (request["name"], words(error))}
    version = version or str(getattr(root, "__version__", ""))
    activities = []
    names = [name] + [found.name for found in pkgutil.walk_packages(getattr(root, "__path__", []), name + ".", onerror=lambda _: None)]
    for each in names:
        kind = {"actions": "action", "probes": "probe", "tolerances": "tolerance"}.get(each.rsplit(".", 1)[-1])
        if kind is None:
            continue
        try:
            module = importlib.import_module(each)
        except Exception:
            continue
        for exported in getattr(module, "__all__", []):
            func = getattr(module, exported, None)
            if inspect.isfunction(func) and func.__module__ == each:
                activities.append(describe(kind, each, exported, func))
    if not activities:
        return {"failed": "the package '%s' offers no actions and no probes" % request["name"]}
    return {"version": version, "activities": activities}

def handle(request):
    work = {"check": check, "call": call, "control": control, "notify": notify, "discover": discover}[request["op"]]
    try:
        reply = work(request)
    except BaseException as error:
        reply = {"failed": words(error)}
    reply["id"] = request["id"]
    answer(reply)

shim()
sys.path.insert(0, os.getcwd())
for line in os.fdopen(3, "r", encoding="utf-8"):
    threading.Thread(target=handle, args=(json.loads(line),), daemon=True).start()
os._exit(0)
`;
