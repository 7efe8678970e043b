# Where exports of the database and heads of the audit log are kept. Nobody changes or deletes them in time,
# until somebody with rights to the bucket lifts the rule: lock it with time_rule_locked when sure.

locals {
  bucket_name = "${var.name}-backups"
}

data "oci_objectstorage_namespace" "this" {
  compartment_id = var.compartment_ocid
}

resource "oci_objectstorage_bucket" "backups" {
  compartment_id = var.compartment_ocid
  namespace      = data.oci_objectstorage_namespace.this.namespace
  name           = local.bucket_name
  access_type    = "NoPublicAccess"
  storage_tier   = "Standard"
  kms_key_id     = oci_kms_key.main.id
  freeform_tags  = var.tags

  retention_rules {
    display_name = "kept"

    duration {
      time_amount = var.backup_days
      time_unit   = "DAYS"
    }
  }

  depends_on = [oci_identity_policy.object_storage]
}

resource "oci_objectstorage_object_lifecycle_policy" "backups" {
  namespace = data.oci_objectstorage_namespace.this.namespace
  bucket    = oci_objectstorage_bucket.backups.name

  rules {
    name        = "archive"
    action      = "ARCHIVE"
    target      = "objects"
    time_amount = 30
    time_unit   = "DAYS"
    is_enabled  = true
  }

  rules {
    name        = "delete"
    action      = "DELETE"
    target      = "objects"
    time_amount = var.backup_days + 1
    time_unit   = "DAYS"
    is_enabled  = true
  }

  depends_on = [oci_identity_policy.object_storage]
}
