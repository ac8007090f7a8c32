// Package connectors has two connectors of well-known programs as what they are on package directory: [Rows] in the
// form in which go-ldap-admin takes people and departments, and [Accounts] in the form of casdoor's syncers. Both work
// for all four vendors. docs/CONNECTORS.md says what each field becomes.
package connectors
