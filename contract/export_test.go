package contract

import "github.com/getkin/kin-openapi/openapi3"

// Sealed is the document that a validator goes by.
func Sealed(v *Validator) *openapi3.T { return v.sealed }
