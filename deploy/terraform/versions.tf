terraform {
  required_version = ">= 1.9.0, < 2.0.0"

  required_providers {
    oci = {
      source  = "oracle/oci"
      version = ">= 7.0.0, < 8.0.0"
    }
  }

  # State holds secrets. Keep it where access is controlled and versions are kept, for instance in a bucket:
  #   terraform init -backend-config=backend.hcl
  # and here `backend "oci" {}` (Terraform 1.12) or `backend "s3" {}` with the bucket's S3-compatible address.
}

provider "oci" {
  region = var.region
}

# Policies and groups are made here.
provider "oci" {
  alias  = "home"
  region = var.home_region
}
