package wecom

import (
	"context"
	"slices"
	"time"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

const (
	suiteTicketLife = 30 * time.Minute
	preAuthLife     = 20 * time.Minute
	authCodeLife    = 10 * time.Minute
)

// suiteState is what WeCom knows of the third-party app.
type suiteState struct {
	tickets   []suiteTicket // that were pushed, the newest last
	permanent string        // the permanent code, "" while the corp does not authorise the app
	authCodes map[string]time.Time
}

// suiteTicket is a ticket that was pushed.
type suiteTicket struct {
	text string
	ends time.Time // of older ones; the newest is good until the next is pushed
}

func newSuiteState() suiteState {
	return suiteState{tickets: []suiteTicket{{text: Demo().SuiteTicket}}, permanent: Demo().PermanentCode,
		authCodes: make(map[string]time.Time)}
}

// PushSuiteTicket pushes another ticket to the third-party app and returns it. Older ones stay good for half an hour.
func (c *Controls) PushSuiteTicket() string {
	w := c.part
	text := company.DeriveText(w.desk.Seed, "wecom suite_ticket", w.next(), company.Base64Digits, 64)
	w.mu.Lock()
	defer w.mu.Unlock()
	last := &w.suite.tickets[len(w.suite.tickets)-1]
	last.ends = w.desk.Clock(Name).Add(suiteTicketLife)
	w.suite.tickets = append(w.suite.tickets, suiteTicket{text: text})
	return text
}

// InstallSuite has an administrator install the third-party app, and returns the code that comes with it, for
// GetPermanentCode. The code is good once and for ten minutes. Whatever the app has of the corp stays good until then.
func (c *Controls) InstallSuite() (authCode string) {
	w := c.part
	authCode = company.DeriveText(w.desk.Seed, "wecom auth_code", w.next(), company.Base64Digits, 64)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.suite.authCodes[authCode] = w.desk.Clock(Name).Add(authCodeLife)
	return authCode
}

// UninstallSuite has an administrator take the third-party app away: its permanent code is refused from now on. Tokens
// that it has bought stay good to their end.
func (c *Controls) UninstallSuite() {
	c.part.mu.Lock()
	defer c.part.mu.Unlock()
	c.part.suite.permanent = ""
}

// goodTicket tells whether a ticket may buy a token.
func (w *Vendor) goodTicket(c *desk.Call, text string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	newest := len(w.suite.tickets) - 1
	return slices.ContainsFunc(w.suite.tickets, func(t suiteTicket) bool {
		return t.text == text && (text == w.suite.tickets[newest].text || c.Now.Before(t.ends))
	})
}

// GetSuiteToken sells the third-party app its own token.
func (w *Vendor) GetSuiteToken(ctx context.Context,
	r wecomserver.GetSuiteTokenRequestObject) (wecomserver.GetSuiteTokenResponseObject, error) {
	c, demo := desk.CallOf(ctx), Demo()
	switch {
	case r.Body.SuiteID == "":
		return nil, refusal{code: wecomapi.ErrorCodeSuiteIDMissing}
	case r.Body.SuiteSecret == "":
		return nil, refusal{code: wecomapi.ErrorCodeSuiteSecretMissing}
	case r.Body.SuiteTicket == "":
		return nil, refusal{code: wecomapi.ErrorCodeSuiteTicketMissing}
	case r.Body.SuiteID != demo.SuiteID:
		return nil, refusal{code: wecomapi.ErrorCodeInvalidSuiteID}
	case r.Body.SuiteSecret != demo.SuiteSecret:
		return nil, refusal{code: wecomapi.ErrorCodeInvalidSuiteSecret}
	case !w.goodTicket(c, r.Body.SuiteTicket):
		return nil, refusal{code: wecomapi.ErrorCodeInvalidSuiteTicket}
	}
	g := w.sell(c, holderSuite)
	return wecomserver.GetSuiteToken200JSONResponse{SuiteAccessToken: &g.Token,
		ExpiresIn: new(desk.Seconds(g.Expires.Sub(c.Now)))}, nil
}

// GetPreAuthCode gives a code for the installation page, which is not simulated; see Controls.InstallSuite.
func (w *Vendor) GetPreAuthCode(_ context.Context,
	_ wecomserver.GetPreAuthCodeRequestObject) (wecomserver.GetPreAuthCodeResponseObject, error) {
	code := company.DeriveText(w.desk.Seed, "wecom pre_auth_code", w.next(), company.Base64Digits, 64)
	return wecomserver.GetPreAuthCode200JSONResponse{PreAuthCode: &code, ExpiresIn: new(desk.Seconds(preAuthLife))}, nil
}

// GetPermanentCode turns the code of an installation into the permanent code. An older one is refused from then on.
func (w *Vendor) GetPermanentCode(ctx context.Context,
	r wecomserver.GetPermanentCodeRequestObject) (wecomserver.GetPermanentCodeResponseObject, error) {
	n := w.next()
	var admin company.Person
	company.View(w.desk.Company, func(d *company.Directory) {
		for _, p := range d.AllPeople() {
			if p.Founder {
				admin = *p
			}
		}
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	ends, ok := w.suite.authCodes[r.Body.AuthCode]
	if !ok || !desk.CallOf(ctx).Now.Before(ends) {
		return nil, refusal{code: wecomapi.ErrorCodeInvalidAuthCode}
	}
	delete(w.suite.authCodes, r.Body.AuthCode)
	w.suite.permanent = company.DeriveText(w.desk.Seed, "wecom permanent_code", n, company.Base64Digits, 43)
	permanent := w.suite.permanent
	return wecomserver.GetPermanentCode200JSONResponse{PermanentCode: &permanent,
		AuthCorpInfo: &wecomserver.AuthCorpInfo{CorpID: new(Demo().CorpID), CorpName: new("演示公司")},
		AuthUserInfo: &wecomserver.AuthUserInfo{UserID: &admin.WeComOpenUserID, OpenUserID: &admin.WeComOpenUserID,
			Name: &admin.WeComOpenUserID, Avatar: &admin.AvatarURL}}, nil
}

// installed checks the corp and the permanent code.
func (w *Vendor) installed(corpID, permanent string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case permanent == "":
		return refusal{code: wecomapi.ErrorCodePermanentCodeMissing}
	case corpID != Demo().CorpID:
		return refusal{code: wecomapi.ErrorCodeInvalidCorpID}
	case permanent != w.suite.permanent:
		return refusal{code: wecomapi.ErrorCodeInvalidPermanentCode}
	}
	return nil
}

// GetAuthInfo tells what the corp has authorised.
func (w *Vendor) GetAuthInfo(_ context.Context,
	r wecomserver.GetAuthInfoRequestObject) (wecomserver.GetAuthInfoResponseObject, error) {
	if err := w.installed(r.Body.AuthCorpID, r.Body.PermanentCode); err != nil {
		return nil, err
	}
	users, departments, tags := w.visibleRange(holderThirdParty)
	return wecomserver.GetAuthInfo200JSONResponse{
		AuthCorpInfo: &wecomserver.AuthCorpInfo{CorpID: new(Demo().CorpID), CorpName: new("演示公司"),
			CorpType: new("unverified"), CorpUserMax: new(int64(w.config.People * 3 / 2))},
		AuthInfo: &wecomserver.AuthInfo{Agent: &[]wecomserver.AuthAgent{{
			AgentID: new(Demo().SuiteAgentID), Name: new("Demo"), AuthMode: new(int64(0)),
			IsCustomizedApp: new(false), AuthFromThirdapp: new(false),
			Privilege: &wecomserver.AuthPrivilege{Level: new(int64(1)), AllowParty: &departments, AllowUser: &users,
				AllowTag: &tags},
		}}},
	}, nil
}

// GetCorpToken sells the third-party app a token of the corp.
func (w *Vendor) GetCorpToken(ctx context.Context,
	r wecomserver.GetCorpTokenRequestObject) (wecomserver.GetCorpTokenResponseObject, error) {
	c := desk.CallOf(ctx)
	if err := w.installed(r.Body.AuthCorpID, r.Body.PermanentCode); err != nil {
		return nil, err
	}
	g := w.sell(c, holderThirdParty)
	return wecomserver.GetCorpToken200JSONResponse{AccessToken: &g.Token,
		ExpiresIn: new(desk.Seconds(g.Expires.Sub(c.Now)))}, nil
}
