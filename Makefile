# make local and make test need only make and Python >= 3.11.
PYTHON ?= python3
ENV ?= dev
PORT ?= 4566
# More CDK context, such as CONTEXT="-c training.max_order=2 -c endpoint.memory_mb=4096"
CONTEXT ?=

TORCH := torch==2.13.0
# TORCH_INDEX=url replaces PyTorch's index as the source of the CPU build.

# The version in AWS's serving image, which has no wheel for Python 3.14: make torch-2.6 PYTHON=python3.12
TORCH_2_6 := torch==2.6.0

VENV := .venv
# Packages of the compared models in bench/
BENCH_VENV := .venv-bench
SDKS := $(VENV)/.sagemaker-2 $(VENV)/.sagemaker-3
export PATH := $(CURDIR)/$(VENV)/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export CDK_DISABLE_CLI_TELEMETRY := true
# Many container images set it, which makes every process compile the CDK's modules, for 10 s or more.
unexport PYTHONDONTWRITEBYTECODE

# Installs only missing, damaged or outdated packages.
SET_UP := $(PYTHON) scripts/set_up.py
CDK := cdk --no-notices -c environment=$(ENV) $(CONTEXT)
# More context: a hash of the data in S3, so that changed data are trained on.
LISTED = $$(python -m scripts.listing --environment $(ENV) $(CONTEXT))

.PHONY: help score evaluate local local-stop local-status test chromium proof fresh torch-2.6 check bench bench-check bench-synth bench-size bench-score format snapshots pictures openapi tables accept-replacements synth diff diff-deployed cost preflight deploy destroy lock licences sbom audit secrets clean
.DEFAULT_GOAL := help

help: ## show the targets
	@grep -E '^[a-z0-9.-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9.-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

local: $(VENV)/.dev ## deploy everything to an embedded AWS on this machine and try it; VERBOSE=1 shows every event
	@python -m scripts.local --port $(PORT) $(if $(VERBOSE),--verbose) $(CONTEXT)

local-stop: $(VENV)/.dev ## stop the embedded AWS and everything it started
	@python -m local_aws down --port $(PORT)

local-status: $(VENV)/.dev ## show what runs in the embedded AWS
	@python -m local_aws status --port $(PORT)

test: ## run the whole test suite, including the browser tests
	@$(MAKE) --no-print-directory --jobs 2 check $(VENV)/.checkov $(VENV)/.supply chromium
	python -m pytest --numprocesses 3 --dist loadgroup # one more than the cores, since many tests wait

chromium:
	@sh scripts/install_chromium.sh

proof: $(VENV)/.dev $(VENV)/.local-aws $(VENV)/.supply $(VENV)/.torchserve $(VENV)/.scikit-learn $(SDKS) chromium ## run the proof tests, including the slow ones, and write docs/proof.md and docs/fresh.md
	python -m pytest tests/proof tests/properties \
	  -m "slow or not slow" -v --timeout 1200 --hypothesis-profile proof --proof-page docs/proof.md
	@$(MAKE) --no-print-directory fresh

fresh: $(VENV)/.dev ## set up and deploy in new clones with every installed Python, or ONLY=3.13, and write docs/fresh.md
	@python -m tests.proof.fresh_machines --page docs/fresh.md $(if $(ONLY),--only $(ONLY))

torch-2.6: $(VENV)/bin/python ## add the serving image's older torch to make proof
	@$(SET_UP) torchserve-2.6 $(TORCH_2_6)

check: $(VENV)/.dev ## check formatting, lint, the direction of imports, the workflows and types
	ruff format --check --quiet .
	ruff check --quiet .
	PYTHONPATH=model_code:lambda_fn lint-imports --no-logo --no-cache
	check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	zizmor --offline --quiet --no-progress .github
	mypy

bench: $(VENV)/.dev $(BENCH_VENV)/.ready ## compare this model with the notebook's and its peers; DATA=folder with train and test
	@python -m bench run $(if $(DATA),--data "$$DATA") $(if $(OUTPUT),--output "$$OUTPUT") $(CONTEXT)

bench-check: $(VENV)/.dev $(BENCH_VENV)/.ready ## fail if a ratio has fallen by more than a third, on a sample
	@python -m bench check $(if $(ACCEPT),--accept)

bench-synth: $(VENV)/.dev ## compare the synthesis time of both environments with a plain application's
	@python -m bench.synthesis

bench-size: $(VENV)/.dev ## measure time and memory of training on 25,000 to 200,000 reviews; COUNTS="25000 50000"
	@python -m bench.size $(COUNTS)

bench-score: $(VENV)/.dev ## measure the speed of batch scoring next to predict_fn alone; COUNTS="10000 50000" PROCESSES="1 2"
	@python -m bench.score $(COUNTS) $(if $(PROCESSES),--processes $(PROCESSES))

score: $(VENV)/.dev ## judge a file of reviews: DATA= OUTPUT= on the local deployment, AWS=1 on your account; YES=1 ALL=1 EXPLAIN=1 OVERWRITE=1
	@python -m scripts.score --port $(PORT) --environment $(ENV) --data "$$DATA" --output "$$OUTPUT" \
	  $(if $(AWS),--aws) $(if $(YES),--yes) $(if $(ALL),--all) $(if $(EXPLAIN),--explain) $(if $(OVERWRITE),--overwrite) $(CONTEXT)

evaluate: $(VENV)/.dev ## measure accuracy and latency of the local deployment, SITE=url or ENDPOINT=name; DATA=test reviews or FEEDBACK=2026-10
	@python -m scripts.evaluate --port $(PORT) --environment $(ENV) $(if $(SITE),--site "$$SITE") \
	  $(if $(ENDPOINT),--endpoint "$$ENDPOINT") $(if $(LOCAL),--local) $(if $(DATA),--data "$$DATA") \
	  $(if $(FEEDBACK),--feedback "$$FEEDBACK") $(CONTEXT)

format: $(VENV)/.dev ## format the code and apply ruff's fixes
	ruff format --quiet .
	ruff check --fix --quiet .

snapshots: $(VENV)/.dev ## accept the synthesized templates as the new snapshots
	python -m pytest tests/stacks --snapshot-update

pictures: $(VENV)/.dev chromium ## take the pictures of the page in docs/images again
	python -m pytest tests/deployed/page/test_page_looks.py -k "looks_right and 1440"
	cp test-artifacts/readme-light.png docs/images/page-light.png
	cp test-artifacts/readme-dark.png docs/images/page-dark.png

openapi: $(VENV)/.dev ## write docs/openapi.json
	@python -m scripts.openapi

tables: $(VENV)/.dev ## write the tables of AWS's images and instance types from the SDKs
	@python -m scripts.tables

embedded-sagemaker: $(VENV)/.dev ## write docs/embedded-sagemaker.md from botocore's model and the code
	@python -m scripts.embedded_sagemaker

accept-replacements: $(VENV)/.dev ## accept the replacement of buckets, keys, endpoints or addresses
	@python -m scripts.stateful

synth: $(VENV)/.deploy ## write the CloudFormation templates of ENV to cdk.out
	$(CDK) synth --quiet

diff: $(VENV)/.dev ## show changes to resources, permissions and cost since the snapshots of AGAINST=revision; ENVIRONMENT=name
	@python -m scripts.diff $(if $(AGAINST),--against $(AGAINST)) $(if $(ENVIRONMENT),--environment $(ENVIRONMENT))

diff-deployed: $(VENV)/.deploy ## compare the templates of ENV with the stacks on AWS
	$(CDK) diff $(LISTED)

cost: $(VENV)/.dev ## estimate the monthly cost of each environment from its templates and a dated price table
	@python -m scripts.cost $(CONTEXT)

preflight: $(VENV)/.deploy ## check that the AWS account is ready for ENV, with your credentials; LOCAL=1 checks the embedded AWS
	@python -m scripts.preflight --environment $(ENV) \
	  $(if $(LOCAL),--local --port $(PORT)) $(if $(ADOPT),--adopt) $(CONTEXT)

# The storage stack comes first, unprotected: the CLI cannot replace a protected stack whose creation failed.
deploy: export CDK_PROTECTION := true
deploy: preflight ## check the account, validate and deploy every stack of ENV to AWS, and try the result; ADOPT=1 after a destroy
	$(if $(ADOPT),@python -m scripts.adopt --environment $(ENV) $(CONTEXT))
	CDK_PROTECTION=false CDK_VALIDATION=true $(CDK) deploy sentiment-$(ENV)-storage $(DEPLOY_OPTIONS)
	CDK_VALIDATION=true $(CDK) deploy --all $(LISTED) --outputs-file cdk.out/outputs.json $(DEPLOY_OPTIONS)
	@python -m scripts.summary --environment $(ENV)

destroy: $(VENV)/.deploy ## remove every stack of ENV from AWS
	$(CDK) destroy --all

lock: $(VENV)/.supply ## update every lock, with hashes; run make licences afterwards
	for file in requirements requirements/dev requirements/local-aws requirements/checkov requirements/torchserve requirements/scikit-learn requirements/sagemaker-2 requirements/sagemaker-3 requirements/bench requirements/supply; do \
	  case $$file in */scikit-learn) complete=--no-deps;; *) complete=;; esac; \
	  $(VENV)/supply/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes $$complete \
	    --no-emit-index-url --no-emit-package local-aws --custom-compile-command 'make lock' $$file.in --output-file $$file.txt || exit; \
	done
	npm update --package-lock-only

licences: $(VENV)/.dev $(VENV)/.local-aws $(VENV)/.checkov $(VENV)/.supply $(VENV)/.torchserve $(VENV)/.scikit-learn $(SDKS) $(BENCH_VENV)/.ready ## write the licence of every locked package to docs/licences.md
	@python -m scripts.supply_chain.licences

sbom: $(VENV)/.supply ## write a bill of materials (CycloneDX) to test-artifacts/sbom.cdx.json
	@$(VENV)/supply/bin/python -m scripts.supply_chain.sbom test-artifacts/sbom.cdx.json

audit: $(VENV)/.dev $(VENV)/.supply ## report known vulnerabilities of the locked packages, without a network by the last answer; OSV=url
	@python -m scripts.supply_chain.audit $(if $(OSV),--osv-url "$$OSV")

secrets: $(VENV)/.dev ## update .secrets.baseline, the list of strings that only look like secrets; review its diff
	@python -m detect_secrets scan --no-verify --baseline .secrets.baseline

clean: ## remove everything that the other targets created; stop the embedded AWS first
	rm -rf $(VENV) $(BENCH_VENV) node_modules cdk.out .local_aws test-artifacts .*_cache

# Phony, so that set_up.py checks the environment every time.
.PHONY: $(VENV)/bin/python $(VENV)/.deploy $(VENV)/.dev $(VENV)/.local-aws $(VENV)/.checkov $(VENV)/.supply $(VENV)/.torchserve $(VENV)/.scikit-learn $(SDKS) $(BENCH_VENV)/.ready

$(VENV)/bin/python:
	@$(SET_UP) python

# The CDK application, for deployments to AWS.
$(VENV)/.deploy: $(VENV)/bin/python
	@$(SET_UP) deploy

# The above, and the embedded AWS, training, serving and the tests.
$(VENV)/.dev: $(VENV)/bin/python
	@$(SET_UP) dev $(TORCH)

# The embedded AWS's own needs, without this application.
$(VENV)/.local-aws: $(VENV)/bin/python
	@$(SET_UP) local-aws

# checkov pins versions that conflict with the tests' environment.
$(VENV)/.checkov: $(VENV)/bin/python
	@$(SET_UP) checkov

# Tools for the bill of materials and vulnerabilities, and uv, which writes the locks.
$(VENV)/.supply: $(VENV)/bin/python
	@$(SET_UP) supply

# The model server of SageMaker's PyTorch image, for comparison with the embedded AWS.
$(VENV)/.torchserve: $(VENV)/bin/python
	@$(SET_UP) torchserve $(TORCH)

# The server of SageMaker's scikit-learn image, for the same comparison.
$(VENV)/.scikit-learn: $(VENV)/bin/python
	@$(SET_UP) scikit-learn

# SageMaker's Python SDKs, which run the notebook against the embedded AWS.
$(SDKS): $(VENV)/bin/python
	@$(SET_UP) $(patsubst .%,%,$(notdir $@))

$(BENCH_VENV)/.ready:
	@$(SET_UP) bench
