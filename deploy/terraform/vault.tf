# The vault, its key, and the secrets that the External Secrets Operator reads.

resource "oci_kms_vault" "main" {
  compartment_id = var.compartment_ocid
  display_name   = var.name
  vault_type     = "DEFAULT"
  freeform_tags  = var.tags

  lifecycle {
    prevent_destroy = true
  }
}

resource "oci_kms_key" "main" {
  compartment_id      = var.compartment_ocid
  display_name        = var.name
  management_endpoint = oci_kms_vault.main.management_endpoint
  protection_mode     = "HSM"
  freeform_tags       = var.tags

  key_shape {
    algorithm = "AES"
    length    = 32
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "oci_vault_secret" "settings" {
  for_each = nonsensitive(toset(keys(var.secrets)))

  compartment_id = var.compartment_ocid
  vault_id       = oci_kms_vault.main.id
  key_id         = oci_kms_key.main.id
  secret_name    = each.key
  freeform_tags  = var.tags

  secret_content {
    content_type = "BASE64"
    content      = base64encode(var.secrets[each.key])
  }
}
