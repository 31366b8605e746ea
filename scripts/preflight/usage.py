"""Use of quotas by everything in the account except this environment."""

from collections import Counter
from functools import cached_property

from scripts.preflight.assembly import Assembly
from scripts.preflight.clients import Clients
from scripts.preflight.deployed import Deployed
from scripts.preflight.needs import (
    ACTIVE_ENDPOINTS,
    BUCKETS,
    CONCURRENT_EXECUTIONS,
    DISTRIBUTIONS,
    HEADERS_POLICIES,
    SERVERLESS,
    Need,
)


class Usage:
    """Use of each quota by others."""

    def __init__(self, clients: Clients, assembly: Assembly, deployed: Deployed) -> None:
        """Read nothing yet."""
        self._clients, self._assembly, self._deployed = clients, assembly, deployed
        self._counts = {
            BUCKETS: self._buckets,
            CONCURRENT_EXECUTIONS: self._reserved_concurrency,
            DISTRIBUTIONS: self._distributions,
            HEADERS_POLICIES: self._headers_policies,
        }

    def of(self, need: Need) -> int:
        """Return what others use of a quota; 0 for quotas of rates and of short-lived jobs."""
        if need.quota in self._counts:
            return self._counts[need.quota]()
        return self._endpoints[need.quota] if need.service == "sagemaker" else 0

    @cached_property
    def _endpoints(self) -> Counter[str]:
        """Instances by the name of their quota, and serverless concurrency, of other endpoints."""
        client = self._clients("sagemaker")
        own = {f"sentiment-{self._assembly.environment}{end}" for end in ("", "-candidate")}
        used: Counter[str] = Counter()
        for page in client.get_paginator("list_endpoints").paginate():
            for endpoint in page["Endpoints"]:
                if endpoint["EndpointName"] not in own:
                    described = client.describe_endpoint(EndpointName=endpoint["EndpointName"])
                    config = client.describe_endpoint_config(
                        EndpointConfigName=described["EndpointConfigName"]
                    )
                    for variant in config["ProductionVariants"]:
                        if "ServerlessConfig" in variant:
                            used[SERVERLESS] += variant["ServerlessConfig"]["MaxConcurrency"]
                        else:
                            name = f"{variant['InstanceType']} for endpoint usage"
                            used[name] += variant["InitialInstanceCount"]
                            used[ACTIVE_ENDPOINTS] += variant["InitialInstanceCount"]
        return used

    def _reserved_concurrency(self) -> int:
        client = self._clients("lambda")
        limit = client.get_account_settings()["AccountLimit"]
        reserved = int(limit["ConcurrentExecutions"] - limit["UnreservedConcurrentExecutions"])
        for function in self._assembly.resources("AWS::Lambda::Function"):
            name = self._deployed.id_of(function)
            if name and "ReservedConcurrentExecutions" in function.properties:
                own = client.get_function_concurrency(FunctionName=name)
                reserved -= own.get("ReservedConcurrentExecutions", 0)
        return reserved

    def _buckets(self) -> int:
        return len(self._clients("s3").list_buckets()["Buckets"]) - self._own("AWS::S3::Bucket")

    def _distributions(self) -> int:
        pages = self._clients("cloudfront").get_paginator("list_distributions").paginate()
        found = sum(len(page["DistributionList"].get("Items", [])) for page in pages)
        return found - self._own("AWS::CloudFront::Distribution")

    def _headers_policies(self) -> int:
        found = self._clients("cloudfront").list_response_headers_policies(Type="custom")
        policies = found["ResponseHeadersPolicyList"].get("Items", [])
        return len(policies) - self._own("AWS::CloudFront::ResponseHeadersPolicy")

    def _own(self, kind: str) -> int:
        found = [self._deployed.id_of(one) for one in self._assembly.resources(kind)]
        return len(list(filter(None, found)))
