"""Scaling of an endpoint's instances with its traffic."""

from aws_cdk.aws_applicationautoscaling import (
    CfnScalableTarget,
    CfnScalingPolicy,
)
from constructs import Construct

from stacks.settings.scaling import ScalingSettings

NAMESPACE = "sagemaker"
DIMENSION = "sagemaker:variant:DesiredInstanceCount"


class Scaling(Construct):
    """Keeps the invocations of each instance of an endpoint near a target.

    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html

    Creates: a scalable target and its policy; AWS adds two alarms.
    Idle: nothing except the instances that it adds.
    Destroy: everything is deleted, including AWS's alarms.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint_name: str,
        variant: str,
        least: int,
        most: int,
        settings: ScalingSettings,
    ) -> None:
        """Declare the target and its policy.

        Args:
            endpoint_name: reference to the endpoint's name, because the endpoint must exist first.
            variant: its production variant.
            least: minimum number of instances.
            most: maximum number of instances.
            settings: the target and the cooldowns.
        """
        super().__init__(scope, construct_id)
        target = CfnScalableTarget(
            self,
            "Target",
            service_namespace=NAMESPACE,
            scalable_dimension=DIMENSION,
            resource_id=f"endpoint/{endpoint_name}/variant/{variant}",
            min_capacity=least,
            max_capacity=most,
        )
        CfnScalingPolicy(
            self,
            "Policy",
            policy_name="invocations-per-instance",
            policy_type="TargetTrackingScaling",
            scaling_target_id=target.ref,
            target_tracking_scaling_policy_configuration=CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty(
                target_value=settings.invocations_per_minute,
                predefined_metric_specification=CfnScalingPolicy.PredefinedMetricSpecificationProperty(
                    predefined_metric_type="SageMakerVariantInvocationsPerInstance"
                ),
                disable_scale_in=not settings.scale_in,
                scale_in_cooldown=settings.scale_in_cooldown_seconds,
                scale_out_cooldown=settings.scale_out_cooldown_seconds,
            ),
        )
