package wps

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// tokenKind tells what a token stands for.
type tokenKind int

const (
	tenantToken tokenKind = iota // an app in a company
	appToken                     // a third-party app, in no company
	userToken                    // a person who signed in
)

// grant is what a token is good for.
type grant struct {
	app    string
	kind   tokenKind
	person company.PersonKey // of a user's token
	scopes []string
}

// Admit judges token, signature, quota and scope.
func (w *Vendor) Admit(c *desk.Call) error {
	if c.Operation.ID == tokenOperation {
		return w.admitTokenRequest(c)
	}
	if c.Operation.ID == "batchDeleteDepts" && !w.private() {
		return noRoute()
	}
	g, err := w.checkToken(c)
	if err != nil {
		return err
	}
	if err := w.checkSignature(c, g.app); err != nil {
		return err
	}
	if err := w.barred(c); err != nil {
		return err
	}
	if err := w.withinQuota(c, g.app); err != nil {
		return err
	}
	return w.checkScope(c, g)
}

// checkToken reads the bearer token.
func (w *Vendor) checkToken(c *desk.Call) (grant, error) {
	headers := c.Request.Header.Values("Authorization")
	if len(headers) != 1 {
		return grant{}, rejected(wpsserver.ErrorCodeCommonAuthError, "token missing")
	}
	token, ok := strings.CutPrefix(headers[0], "Bearer ")
	if !ok || token == "" {
		return grant{}, rejected(wpsserver.ErrorCodeCommonAuthError, "token missing")
	}
	held, state := w.desk.Tokens.Check(Name, token, c.Now)
	switch state {
	case desk.TokenUnknown:
		return grant{}, rejected(wpsserver.ErrorCodeTokenInvalid, "token invalid")
	case desk.TokenRevoked:
		return grant{}, rejected(wpsserver.ErrorCodeTokenInvalid, "token invalid")
	case desk.TokenExpired:
		return grant{}, rejected(wpsserver.ErrorCodeTokenExpired, "token expired")
	}
	c.Grant = held
	g := w.grantOf(c)
	if g.kind == userToken && !w.maySignIn(g.person) {
		return grant{}, rejected(wpsserver.ErrorCodeTokenInvalid, "token invalid")
	}
	return g, nil
}

// grantOf returns what the token of an admitted call is good for.
func (w *Vendor) grantOf(c *desk.Call) grant {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.grants[c.Grant.Token]
}

// maySignIn tells whether a person is on the staff and not disabled.
func (w *Vendor) maySignIn(key company.PersonKey) bool {
	p, ok := w.desk.Company.Person(key)
	return ok && p.Status != company.StatusDisabled
}

// checkSignature checks KSO-1 where the document wants it. Where it does not, a signature may be left out, but not be
// wrong.
func (w *Vendor) checkSignature(c *desk.Call, app string) error {
	if w.config.WithoutSignatures {
		return nil
	}
	wanted := slices.ContainsFunc(c.Operation.Security,
		func(schemes []string) bool { return slices.Contains(schemes, "kso1") })
	if !wanted && c.Request.Header.Get(signatureHeader) == "" {
		return nil
	}
	return w.verify(c, app)
}

// withinQuota counts the call. The quota belongs to an app and one operation.
func (w *Vendor) withinQuota(c *desk.Call, app string) error {
	limits := w.desk.QuotasFor(Name, c.Operation.ID, desk.Documented(c.Operation.Limits))
	if wait, ok := w.desk.Quotas.Take("wps "+app+" "+c.Operation.ID, c.Now, limits); !ok {
		return throttled(wait)
	}
	return nil
}

// admitTokenRequest counts the request for the app that it names, and checks a signature if there is one: private
// deployments may want it.
func (w *Vendor) admitTokenRequest(c *desk.Call) error {
	form, _ := url.ParseQuery(string(c.Body)) // a body that is no form names no app
	if err := w.withinQuota(c, form.Get("client_id")); err != nil {
		return err
	}
	return w.checkSignature(c, "")
}

// appOnly are the calls that a user's token may not make, whatever its scopes.
func appOnly() []string {
	return []string{"createUser", "batchEnableUsers", "batchDisableUsers", "batchUpdateUserOrder",
		"batchUpdateUserDept"}
}

// checkScope refuses a call that the token may not make.
func (w *Vendor) checkScope(c *desk.Call, g grant) error {
	id := c.Operation.ID
	switch {
	case g.kind == appToken:
		return denied("the token of a third-party app without a company has no access to an address book")
	case g.kind == userToken && slices.Contains(appOnly(), id):
		return denied("the operation wants the token of an app")
	}
	needed := c.Operation.Scopes
	if len(needed) == 0 {
		return nil
	}
	if w.desk.Lacks(Name, id, desk.CausePermissionMissing) {
		g.scopes = nil
	}
	g.scopes = w.granted(g.scopes)
	forUsers := slices.Contains(needed, scopeUser) || slices.Contains(needed, scopeUserID)
	if forUsers && g.kind != userToken || !slices.ContainsFunc(needed,
		func(s string) bool { return slices.Contains(g.scopes, s) }) {
		e := missingScope(strings.Join(needed, ", "))
		if id == "getCurrentUser" { // the one page that documents more
			e.more = map[string]any{"scope": needed[0]}
		}
		return e
	}
	return nil
}

// missingScope refuses a token that lacks scopes. The first digits of the code are not the status.
func missingScope(needed string) refusal {
	e := refusal{
		status: http.StatusForbidden, code: wpsserver.ErrorCodeCommonValueInvalidError,
		text: "kso: PermissionDenied access_token verify err: invalid_scope",
		desc: "the access token was not granted the required scopes",
	}
	if needed != "" {
		e.desc = fmt.Sprintf("the access token was not granted any of the required scopes: %s", needed)
	}
	return e
}
