"""The web ACL of the API, and the secret by which it recognizes CloudFront."""

from collections.abc import Sequence

from aws_cdk import ArnFormat, CfnTag, Stack
from aws_cdk.aws_secretsmanager import Secret, SecretStringGenerator
from aws_cdk.aws_wafv2 import CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation
from constructs import Construct

from stacks.building_blocks.log_group import declare_log_group
from stacks.building_blocks.reasons import acknowledge

HEADER = "x-origin-secret"
# Set by a function at CloudFront's edge, whatever the viewer sent.
VIEWER_HEADER = "x-viewer-address"
LENGTH = 48
NOT_ROTATED = (
    "It proves a request's origin and gives access to nothing; a new value would lock all callers "
    "out for the minutes until CloudFront sends it everywhere"
)
AWS_KEY = "CloudFront and the web ACL hold it in their configuration, which our keys cannot encrypt"


class OriginSecret(Construct):
    """A random text that CloudFront sends to the API in a header.

    Creates: one secret.
    Idle: $0.40 a month.
    Destroy: it is deleted; another deployment generates another text.

    Attributes:
        value: the reference that CloudFormation resolves at deployment; no template has the text.
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        """Declare the secret, which CloudFormation generates."""
        super().__init__(scope, construct_id)
        secret = Secret(
            self,
            "Secret",
            description="Sent by CloudFront to the API, whose web ACL refuses requests without it",
            generate_secret_string=SecretStringGenerator(
                password_length=LENGTH, exclude_punctuation=True
            ),
        )
        acknowledge(
            secret,
            {
                "AwsSolutions-SMG4": NOT_ROTATED,
                "NIST.800.53.R5-SecretsManagerRotationEnabled": NOT_ROTATED,
                "NIST.800.53.R5-SecretsManagerUsingKMSKey": AWS_KEY,
                "CKV_AWS_149": AWS_KEY,
            },
        )
        self.value = secret.secret_value.unsafe_unwrap()


RATE_WINDOW_SECONDS = 300
# Rules of AWS's groups that only count: a review is a text of any length that may quote markup,
# paths and addresses, and nothing of it is ever executed or shown as markup.
COUNTED = {
    "AWSManagedRulesCommonRuleSet": (
        "CrossSiteScripting_BODY",
        "EC2MetaDataSSRF_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
        "SizeRestrictions_BODY",
    ),
    "AWSManagedRulesKnownBadInputsRuleSet": (),
}

# 5,000,000 bytes and more: an event of Lambda has at most 6 MB, a third of it from base64.
LARGE_BODY = "^([5-9][0-9]{6}|[0-9]{8,})$"


class WebAcl(Construct):
    """Refuses calls that bypass CloudFront, oversized bodies, floods and known attacks.

    Creates: a web ACL, what ties it to the API, and its log.
    Idle: $5 a month and $1 for each rule.
    Destroy: all of it goes, its log included.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        log_group_name: str,
        stage_arn: str,
        origin_secret: str | None,
        rate: int,
        retention_days: int,
    ) -> None:
        """Declare the web ACL.

        Args:
            name: prefix of the metrics' names.
            log_group_name: name of the log group of its requests.
            stage_arn: ARN of the API's stage.
            origin_secret: the secret that CloudFront sends; None when callers come directly.
            rate: requests of one address in five minutes.
            retention_days: age at which the log's events are deleted.
        """
        super().__init__(scope, construct_id)
        rules = [
            *([_refuse_direct(origin_secret)] if origin_secret else []),
            _refuse_large(),
            _limit_rate(rate, behind_cloudfront=origin_secret is not None),
        ]
        acl = CfnWebACL(
            self,
            "Acl",
            scope="REGIONAL",
            description=f"Protects the API of {name}",
            default_action=CfnWebACL.DefaultActionProperty(allow=CfnWebACL.AllowActionProperty()),
            visibility_config=_visible(name),
            rules=[
                *(
                    CfnWebACL.RuleProperty(
                        name=rule_name,
                        priority=priority,
                        statement=statement,
                        action=CfnWebACL.RuleActionProperty(block=CfnWebACL.BlockActionProperty()),
                        visibility_config=_visible(f"{name}-{rule_name}"),
                    )
                    for priority, (rule_name, statement) in enumerate(rules)
                ),
                *_managed_rules(name, first_priority=len(rules)),
            ],
            tags=[CfnTag(key="Name", value=name)],
        )
        CfnWebACLAssociation(self, "Association", resource_arn=stage_arn, web_acl_arn=acl.attr_arn)
        self._log(acl, log_group_name, retention_days)

    def _log(self, acl: CfnWebACL, name: str, retention_days: int) -> None:
        log_group = declare_log_group(self, "Log", name=name, retention_days=retention_days)
        arn = Stack.of(self).format_arn(
            service="logs",
            resource="log-group",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
            resource_name=log_group.log_group_name,
        )
        CfnLoggingConfiguration(
            self,
            "Logging",
            resource_arn=acl.attr_arn,
            log_destination_configs=[arn],
            # Neither the origin's secret nor a caller's signature may be logged.
            redacted_fields=[
                CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": header})
                for header in (HEADER, "authorization")
            ],
        )


def _visible(metric: str) -> CfnWebACL.VisibilityConfigProperty:
    return CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=metric, sampled_requests_enabled=False
    )


def _refuse_direct(secret: str) -> tuple[str, CfnWebACL.StatementProperty]:
    from_cloudfront = CfnWebACL.StatementProperty(
        byte_match_statement=CfnWebACL.ByteMatchStatementProperty(
            field_to_match=_header(HEADER),
            positional_constraint="EXACTLY",
            search_string=secret,
            text_transformations=_as_sent(),
        )
    )
    return "round-cloudfront", CfnWebACL.StatementProperty(
        not_statement=CfnWebACL.NotStatementProperty(statement=from_cloudfront)
    )


def _refuse_large() -> tuple[str, CfnWebACL.StatementProperty]:
    """Refuse bodies that Lambda would not take, by their length; WAF sees but a body's beginning.

    Source: https://docs.aws.amazon.com/waf/latest/developerguide/waf-oversize-request-components.html
    """
    return "large-body", CfnWebACL.StatementProperty(
        regex_match_statement=CfnWebACL.RegexMatchStatementProperty(
            field_to_match=_header("content-length"),
            regex_string=LARGE_BODY,
            text_transformations=_as_sent(),
        )
    )


def _limit_rate(rate: int, *, behind_cloudfront: bool) -> tuple[str, CfnWebACL.StatementProperty]:
    """Limit one caller's requests; behind CloudFront the address is in a header that it sets."""
    forwarded = CfnWebACL.ForwardedIPConfigurationProperty(
        header_name=VIEWER_HEADER, fallback_behavior="MATCH"
    )
    return "rate", CfnWebACL.StatementProperty(
        rate_based_statement=CfnWebACL.RateBasedStatementProperty(
            limit=rate,
            evaluation_window_sec=RATE_WINDOW_SECONDS,
            aggregate_key_type="FORWARDED_IP" if behind_cloudfront else "IP",
            forwarded_ip_config=forwarded if behind_cloudfront else None,
        )
    )


def _managed_rules(name: str, *, first_priority: int) -> Sequence[CfnWebACL.RuleProperty]:
    count = CfnWebACL.RuleActionProperty(count=CfnWebACL.CountActionProperty())
    return [
        CfnWebACL.RuleProperty(
            name=group,
            priority=priority,
            statement=CfnWebACL.StatementProperty(
                managed_rule_group_statement=CfnWebACL.ManagedRuleGroupStatementProperty(
                    vendor_name="AWS",
                    name=group,
                    rule_action_overrides=[
                        CfnWebACL.RuleActionOverrideProperty(name=rule, action_to_use=count)
                        for rule in counted
                    ]
                    or None,
                )
            ),
            override_action=CfnWebACL.OverrideActionProperty(none={}),
            visibility_config=_visible(f"{name}-{group}"),
        )
        for priority, (group, counted) in enumerate(COUNTED.items(), first_priority)
    ]


def _header(name: str) -> CfnWebACL.FieldToMatchProperty:
    return CfnWebACL.FieldToMatchProperty(single_header={"Name": name})


def _as_sent() -> list[CfnWebACL.TextTransformationProperty]:
    return [CfnWebACL.TextTransformationProperty(priority=0, type="NONE")]
