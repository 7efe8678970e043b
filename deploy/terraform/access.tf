# Who may do what; identity is written in the home region alone. Pods are known by the cluster, namespace and service account that they run as, so machines need no rights.

locals {
  secrets_reader = join(", ", [
    "request.principal.type = 'workload'",
    "request.principal.cluster_id = '${oci_containerengine_cluster.main.id}'",
    "request.principal.namespace = 'external-secrets'",
    "request.principal.service_account = 'external-secrets'",
  ])
}

resource "oci_identity_policy" "secrets" {
  provider       = oci.home
  compartment_id = var.compartment_ocid
  name           = "${var.name}-secrets"
  description    = "The External Secrets Operator reads the secrets of one vault."
  freeform_tags  = var.tags

  statements = [
    "Allow any-user to read secret-bundles in compartment id ${var.compartment_ocid} where all {${local.secrets_reader}, target.vault.id = '${oci_kms_vault.main.id}'}",
  ]
}

resource "oci_identity_dynamic_group" "database" {
  provider       = oci.home
  compartment_id = var.tenancy_ocid
  name           = "${var.name}-database"
  description    = "The database of ${var.name}, which exports into its bucket."
  matching_rule  = "resource.id = '${oci_database_autonomous_database.main.id}'"
  freeform_tags  = var.tags
}

resource "oci_identity_policy" "exports" {
  provider       = oci.home
  compartment_id = var.compartment_ocid
  name           = "${var.name}-exports"
  description    = "The database writes exports, and changes or deletes none."
  freeform_tags  = var.tags

  statements = [
    "Allow dynamic-group ${oci_identity_dynamic_group.database.name} to manage objects in compartment id ${var.compartment_ocid} where all {target.bucket.name = '${local.bucket_name}', any {request.permission = 'OBJECT_CREATE', request.permission = 'OBJECT_INSPECT', request.permission = 'OBJECT_READ'}}",
  ]
}

resource "oci_identity_policy" "object_storage" {
  provider       = oci.home
  compartment_id = var.compartment_ocid
  name           = "${var.name}-object-storage"
  description    = "Object storage uses the key, and moves and deletes what the bucket's rules say."
  freeform_tags  = var.tags

  statements = [
    "Allow service objectstorage-${var.region} to use keys in compartment id ${var.compartment_ocid} where target.key.id = '${oci_kms_key.main.id}'",
    "Allow service objectstorage-${var.region} to manage object-family in compartment id ${var.compartment_ocid} where target.bucket.name = '${local.bucket_name}'",
  ]
}
