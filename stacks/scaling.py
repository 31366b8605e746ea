"""Instances of a real-time endpoint that follow its traffic."""

from aws_cdk.aws_applicationautoscaling import CfnScalableTarget, CfnScalingPolicy
from constructs import Construct

from stacks.settings.serving import ScalingSettings

NAMESPACE = "sagemaker"
DIMENSION = "sagemaker:variant:DesiredInstanceCount"


class Scaling(Construct):
    """Keeps the invocations of an endpoint's instances near a target.

    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html

    Creates: a scalable target and its policy; AWS makes two alarms for it.
    Idle: nothing beside the instances that it adds.
    Destroy: all of it goes, AWS's alarms included.
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
            scope: the stack that deploys the endpoint.
            construct_id: id within `scope`.
            endpoint_name: the endpoint, as an attribute of its resource: it has to be there first.
            variant: its production variant.
            least: instances without traffic.
            most: instances however much traffic there is.
            settings: the target and the times between two steps.
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
