"""SimulatePrincipalPolicy decides once, whatever the number of resources.

AWS decides for each action on each resource.
Repaired by `_simulate_principal` in local_aws/emulator/patches/iam_policies.py.
"""

import json

import boto3

ALLOWED, OTHER = "arn:aws:s3:::mine/a", "arn:aws:s3:::yours/a"
EXPECTED = {ALLOWED: "allowed", OTHER: "implicitDeny"}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": ALLOWED}],
}

iam = boto3.client("iam")
role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
iam.put_role_policy(RoleName="reader", PolicyName="read", PolicyDocument=json.dumps(POLICY))
results = iam.simulate_principal_policy(
    PolicySourceArn=role["Arn"], ActionNames=["s3:GetObject"], ResourceArns=[ALLOWED, OTHER]
)["EvaluationResults"]
actual = {one["EvalResourceName"]: one["EvalDecision"] for one in results}
print(json.dumps({"expected": EXPECTED, "actual": actual}))
