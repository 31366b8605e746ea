"""Metric math: formulas over several metrics of CloudWatch.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

OPERATORS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
FUNCTIONS: dict[str, Callable[..., float]] = {
    "ABS": abs,
    "IF": lambda condition, then, otherwise: then if condition else otherwise,
    "LOG": math.log,
    "LOG10": math.log10,
}


class UnsupportedError(ValueError):
    """A formula that this emulation cannot evaluate; the message names the part."""


def value_of(expression: str, values: Mapping[str, float]) -> float:
    """Return the value of a formula for one value of each metric.

    Args:
        expression: the formula.
        values: id of each metric or formula to its value.

    Raises:
        UnsupportedError: naming the part of the formula that is unknown.
        ArithmeticError: when the value is not defined, such as a division by 0.
        ValueError: when a logarithm is not defined.
    """
    try:
        tree = ast.parse(expression, mode="eval")
    except SyntaxError as error:
        raise UnsupportedError(f"metric math cannot be parsed: {expression[:100]!r}") from error
    return float(_value(tree.body, values))


def _value(node: ast.AST, values: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, values)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in OPERATORS:
            return OPERATORS[type(sign)](_value(left, values), _value(right, values))
        case ast.Compare(left=left, ops=[sign], comparators=[right]) if type(sign) in OPERATORS:
            return OPERATORS[type(sign)](_value(left, values), _value(right, values))
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in FUNCTIONS:
            return FUNCTIONS[name](*(_value(each, values) for each in arguments))
    raise UnsupportedError(f"metric math is not supported: {ast.unparse(node)[:100]}")


def watched(metrics: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the one query whose value an alarm compares with its threshold.

    Raises:
        UnsupportedError: when there is not exactly one.
    """
    found = [query for query in metrics if query.get("ReturnData", True) not in (False, "false")]
    if len(found) != 1 or not found[0].get("Expression"):
        raise UnsupportedError("exactly one expression of an alarm must have ReturnData")
    return found[0]
