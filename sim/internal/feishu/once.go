package feishu

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
)

// outcome is what a creating call with a client_token led to.
type outcome struct {
	body []byte // of the request, in one spelling
	out  any
	err  error // a person who was created all the same
}

// once changes the company, or answers what the same call led to before. A call that was refused may be sent again.
func (f *Vendor) once(c *desk.Call, clientToken *string,
	do func(*company.Directory) (any, error)) (out any, err error) {
	key := c.Operation.ID + " " + c.Grant.Holder + " "
	if !desk.IsBlank(clientToken) {
		key += *clientToken
	}
	body := oneSpelling(c.Body)
	changed := company.Change(f.desk.Company, func(d *company.Directory) error {
		if desk.IsBlank(clientToken) {
			out, err = do(d)
			return err
		}
		f.mu.Lock()
		before, ok := f.outcomes[key]
		f.mu.Unlock()
		switch {
		case ok && !bytes.Equal(before.body, body):
			err = refusal{code: feishuapi.ErrorCodeClientTokenReused}
			return err
		case ok:
			out, err = before.out, before.err
			return err
		}
		out, err = do(d)
		if err == nil || partial(err) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.outcomes[key] = outcome{body: body, out: out, err: err}
		}
		return err
	})
	return out, changed
}

// partial tells whether a person was written in spite of an error.
func partial(err error) bool {
	e, ok := errors.AsType[refusal](err)
	return ok && e.code >= feishuapi.ErrorCodeCreatedWithoutCity &&
		e.code <= feishuapi.ErrorCodeUpdatedWithoutCityAndJobTitle
}

// oneSpelling writes JSON anew, so that neither blanks nor the order of members count.
func oneSpelling(text []byte) []byte {
	doc, ok := desk.ParseDocument(text)
	if !ok {
		return json.RawMessage(text)
	}
	return doc.Bytes()
}
