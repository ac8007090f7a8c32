// Package scimcheck holds what "roster export --format scim" writes against the schemas of RFC 7643, as a SCIM library
// has them. It is a module of its own, so that the clients' module does not depend on that library.
package scimcheck
