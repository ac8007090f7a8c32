package sim

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// wpsTokenKind tells what a token stands for.
type wpsTokenKind int

const (
	wpsTenantToken wpsTokenKind = iota // an app in a company
	wpsAppToken                        // a third-party app, in no company
	wpsUserToken                       // a person who signed in
)

// wpsGrant is what a token is good for.
type wpsGrant struct {
	app    string
	kind   wpsTokenKind
	person PersonKey // of a user's token
	scopes []string
}

// admit judges token, signature, quota and scope.
func (w *wps) admit(c *call) error {
	if c.operation.ID == wpsTokenOperation {
		return w.admitTokenRequest(c)
	}
	if c.operation.ID == "batchDeleteDepts" && !w.private() {
		return wpsNoRoute()
	}
	g, err := w.checkToken(c)
	if err != nil {
		return err
	}
	if err := w.checkSignature(c, g.app); err != nil {
		return err
	}
	if err := w.withinQuota(c, g.app); err != nil {
		return err
	}
	return w.checkScope(c, g)
}

// checkToken reads the bearer token.
func (w *wps) checkToken(c *call) (wpsGrant, error) {
	headers := c.request.Header.Values("Authorization")
	if len(headers) != 1 {
		return wpsGrant{}, wpsRejected(wpsserver.ErrorCodeTokenInvalid1005, "token missing")
	}
	token, ok := strings.CutPrefix(headers[0], "Bearer ")
	if !ok || token == "" {
		return wpsGrant{}, wpsRejected(wpsserver.ErrorCodeTokenInvalid1005, "token missing")
	}
	held, state := w.desk.Tokens.check(wpsName, token, c.now)
	switch state {
	case tokenUnknown:
		return wpsGrant{}, wpsRejected(wpsserver.ErrorCodeTokenInvalid1005, "token invalid")
	case tokenRevoked:
		return wpsGrant{}, wpsRejected(wpsserver.ErrorCodeTokenInvalid1006, "token invalid")
	case tokenExpired:
		return wpsGrant{}, wpsRejected(wpsserver.ErrorCodeTokenInvalid1001, "token expired")
	}
	c.grant = held
	g := w.grantOf(c)
	if g.kind == wpsUserToken && !w.maySignIn(g.person) {
		return wpsGrant{}, wpsRejected(wpsserver.ErrorCodeTokenInvalid1006, "token invalid")
	}
	return g, nil
}

// grantOf returns what the token of an admitted call is good for.
func (w *wps) grantOf(c *call) wpsGrant {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.grants[c.grant.token]
}

// maySignIn tells whether a person is on the staff and not disabled.
func (w *wps) maySignIn(key PersonKey) bool {
	p, ok := w.desk.Company.Person(key)
	return ok && p.Status != StatusDisabled
}

// checkSignature checks KSO-1 where the document wants it. Where it does not, a signature may be left out, but not be wrong.
func (w *wps) checkSignature(c *call, app string) error {
	if w.config.WithoutSignatures {
		return nil
	}
	wanted := slices.ContainsFunc(c.operation.Security, func(schemes []string) bool { return slices.Contains(schemes, "kso1") })
	if !wanted && c.request.Header.Get(wpsSignatureHeader) == "" {
		return nil
	}
	return w.verify(c, app)
}

// withinQuota counts the call. The quota belongs to an app and one operation.
func (w *wps) withinQuota(c *call, app string) error {
	limits := w.desk.quotasFor(wpsName, c.operation.ID, documented(c.operation.Limits))
	if wait, ok := w.desk.Quotas.take("wps "+app+" "+c.operation.ID, c.now, limits); !ok {
		return wpsThrottled(wait)
	}
	return nil
}

// admitTokenRequest counts the request for the app that it names, and checks a signature if there is one: private deployments may want
// it.
func (w *wps) admitTokenRequest(c *call) error {
	form, _ := url.ParseQuery(string(c.body)) // a body that is no form names no app
	if err := w.withinQuota(c, form.Get("client_id")); err != nil {
		return err
	}
	return w.checkSignature(c, "")
}

// wpsAppOnly are the calls that a user's token may not make, whatever its scopes.
func wpsAppOnly() []string {
	return []string{"createUser", "batchEnableUsers", "batchDisableUsers", "batchUpdateUserOrder", "batchUpdateUserDept"}
}

// checkScope refuses a call that the token may not make.
func (w *wps) checkScope(c *call, g wpsGrant) error {
	id := c.operation.ID
	switch {
	case g.kind == wpsAppToken:
		return wpsDenied("the token of a third-party app without a company has no access to an address book")
	case g.kind == wpsUserToken && slices.Contains(wpsAppOnly(), id):
		return wpsDenied("the operation wants the token of an app")
	}
	needed := c.operation.Scopes
	if len(needed) == 0 {
		return nil
	}
	forUsers := slices.Contains(needed, wpsScopeUser) || slices.Contains(needed, wpsScopeUserID)
	if forUsers && g.kind != wpsUserToken || !slices.ContainsFunc(needed, func(s string) bool { return slices.Contains(g.scopes, s) }) {
		e := wpsMissingScope(strings.Join(needed, ", "))
		if id == "getCurrentUser" { // the one page that documents more
			e.more = map[string]any{"scope": needed[0]}
		}
		return e
	}
	return nil
}

// wpsMissingScope refuses a token that lacks scopes. The first digits of the code are not the status.
func wpsMissingScope(needed string) wpsError {
	e := wpsError{
		status: http.StatusForbidden, code: wpsserver.ErrorCodeInvalidScope, text: "kso: PermissionDenied access_token verify err: invalid_scope",
		desc: "the access token was not granted the required scopes",
	}
	if needed != "" {
		e.desc = fmt.Sprintf("the access token was not granted any of the required scopes: %s", needed)
	}
	return e
}
