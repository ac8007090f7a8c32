package contract

import (
	"net/http"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/roster-go/roster/contract/internal/anonymize"
	"github.com/roster-go/roster/internal/samples"
)

// Sealed is the document that a validator goes by.
func Sealed(v *Validator) *openapi3.T { return v.document.Sealed }

// Disguised turns a recorded answer into a sample as Record does, without a call.
func Disguised(v *Validator, s *samples.Sample, key string, secrets ...string) ([]byte, error) {
	list := &anonymize.Secrets{}
	list.Add(secrets...)
	header := make(http.Header)
	for name, value := range s.Response.Header {
		header.Set(name, value)
	}
	maker := anonymize.NewSampler(v.document, []byte(key), list, time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC))
	_, file, err := maker.Sample(v.document.Operations[s.Operation], s.Request,
		anonymize.Answer{Status: s.Response.Status, Header: header, Body: s.Response.Body})
	return file, err
}
