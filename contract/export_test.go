package contract

import (
	"net/http"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/roster-go/roster/internal/samples"
)

// Sealed is the document that a validator goes by.
func Sealed(v *Validator) *openapi3.T { return v.sealed }

// Disguised turns a recorded answer into a sample as Record does, without a call.
func Disguised(v *Validator, s *samples.Sample, key string, secrets ...string) ([]byte, error) {
	list := &secretList{}
	list.add(secrets...)
	header := make(http.Header)
	for name, value := range s.Response.Header {
		header.Set(name, value)
	}
	maker := newSampler(v.document, []byte(key), list, time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC))
	_, file, err := maker.sample(v.document.operations[s.Operation], s.Request, answer{Status: s.Response.Status, Header: header, Body: s.Response.Body})
	return file, err
}

// MadeUp is what stands for a text.
func MadeUp(key, text string) string { return newMadeUp([]byte(key)).text(text) }

// Sentence is what becomes of a sentence of the vendor's, when these texts were replaced elsewhere.
func Sentence(key, sentence string, real ...string) string {
	m := newMadeUp([]byte(key))
	replaced := make(map[string]string)
	for _, text := range real {
		replaced[text] = m.text(text)
	}
	return m.sentence(sentence, real, replaced)
}

// Unreplaced scans an answer that was not disguised at all.
func Unreplaced(v *Validator, operation string, before, after []byte) string {
	b, err := parse(before)
	if err != nil {
		return err.Error()
	}
	a, err := parse(after)
	if err != nil {
		return err.Error()
	}
	return unreplaced(v.document.operations[operation].answerSchema(200), &b, &a, nil)
}

// Arguments makes a request of "name=value".
func Arguments(v *Validator, operation string, list []string) (samples.Request, error) {
	return v.document.operations[operation].arguments(list, nil)
}
