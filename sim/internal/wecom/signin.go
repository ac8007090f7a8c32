package wecom

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

// How long what a sign-in gives is good.
const (
	codeLife   = 5 * time.Minute
	ticketLife = 30 * time.Minute
)

// The people from elsewhere who can sign in, as the sign-in page names them.
const (
	outsider = "~outsider" // not a member
	customer = "~customer" // not a member, but a customer of one
)

// signIn is what a code stands for.
type signIn struct {
	holder  string            // whose token may ask
	person  company.PersonKey // 0 for an outsider
	who     string            // outsider or customer
	private bool              // the person agreed to show private fields
	expires time.Time
	used    bool
}

// ticket is what a user_ticket stands for.
type ticket struct {
	person  company.PersonKey
	holder  string
	expires time.Time
}

// LoginCode returns the code that the self-built app gets at its redirect address when the person with the user id
// opens its page or signs in with a QR code. private tells whether the person was asked for private fields
// (snsapi_privateinfo) and agreed. The code is good for five minutes, and once. It fails if nobody has the user id.
func (c *Controls) LoginCode(userID string, private bool) (code string, err error) {
	key, err := c.part.keyOf(userID)
	if err != nil {
		return "", err
	}
	return c.part.newCode(signIn{holder: holderApp, person: key, private: private}), nil
}

// SuiteLoginCode is LoginCode for the third-party app.
func (c *Controls) SuiteLoginCode(userID string, private bool) (code string, err error) {
	key, err := c.part.keyOf(userID)
	if err != nil {
		return "", err
	}
	return c.part.newCode(signIn{holder: holderSuite, person: key, private: private}), nil
}

// newCode makes a code.
func (w *Vendor) newCode(s signIn) string {
	n := w.next()
	s.expires = w.desk.Clock(Name).Add(codeLife)
	code := company.DeriveText(w.desk.Seed, "wecom code", n, company.Base62Digits, 43)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.codes[code] = &s
	return code
}

// newTicket makes a user_ticket.
func (w *Vendor) newTicket(t ticket) string {
	n := w.next()
	t.expires = w.desk.Clock(Name).Add(ticketLife)
	text := company.DeriveText(w.desk.Seed, "wecom user_ticket", n, company.Base64Digits, 40)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tickets[text] = t
	return text
}

// ticketOf returns whose private fields a ticket opens, 0 if it opens none.
func (w *Vendor) ticketOf(c *desk.Call, text string) company.PersonKey {
	w.mu.Lock()
	defer w.mu.Unlock()
	t, ok := w.tickets[text]
	if !ok || t.holder != c.Grant.Holder || !c.Now.Before(t.expires) {
		return 0
	}
	return t.person
}

// redeem uses a code up.
func (w *Vendor) redeem(c *desk.Call, code, holder string) (signIn, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.codes[code]
	switch {
	case code == "":
		return signIn{}, refusal{code: wecomapi.ErrorCodeCodeMissing}
	case s == nil, s.used, s.holder != holder:
		return signIn{}, refusal{code: wecomapi.ErrorCodeInvalidCode}
	case !c.Now.Before(s.expires):
		return signIn{}, refusal{code: wecomapi.ErrorCodeCodeExpired}
	}
	s.used = true
	return *s, nil
}

// GetUserInfo tells who has signed in.
func (w *Vendor) GetUserInfo(ctx context.Context,
	r wecomserver.GetUserInfoRequestObject) (wecomserver.GetUserInfoResponseObject, error) {
	c := desk.CallOf(ctx)
	s, err := w.redeem(c, r.Params.Code, c.Grant.Holder)
	if err != nil {
		return nil, err
	}
	if s.person == 0 {
		out := wecomserver.GetUserInfo200JSONResponse{OpenID: new(w.outsiderID())}
		if s.who == customer {
			out.ExternalUserID = new("wm" + company.DeriveText(w.desk.Seed, "wecom customer", 0,
				company.Base62Digits, 30))
		}
		return out, nil
	}
	p, visible, err := w.signedIn(c, s)
	if err != nil {
		return nil, err
	}
	out := wecomserver.GetUserInfo200JSONResponse{UserID: &p.UserID}
	if s.private && visible {
		out.UserTicket = new(w.newTicket(ticket{person: s.person, holder: c.Grant.Holder}))
	}
	return out, nil
}

// signedIn returns the person, and whether the app may see the person.
func (w *Vendor) signedIn(c *desk.Call, s signIn) (company.Person, bool, error) {
	var person company.Person
	visible, found := false, false
	company.View(w.desk.Company, func(d *company.Directory) {
		if p := d.Person(s.person); p != nil {
			person, found, visible = *p, true, w.viewOf(c, d).person(p)
		}
	})
	if !found {
		return person, false, refusal{code: wecomapi.ErrorCodeUserIDNotFound} // left since
	}
	return person, visible, nil
}

// outsiderID is the WeChat id of somebody who is not a member.
func (w *Vendor) outsiderID() string {
	return "o" + company.DeriveText(w.desk.Seed, "wecom outsider", 0, company.Base64Digits, 27)
}

// GetThirdPartyUserInfo tells who has signed in to the third-party app.
func (w *Vendor) GetThirdPartyUserInfo(ctx context.Context,
	r wecomserver.GetThirdPartyUserInfoRequestObject) (wecomserver.GetThirdPartyUserInfoResponseObject, error) {
	c := desk.CallOf(ctx)
	s, err := w.redeem(c, r.Params.Code, holderSuite)
	if err != nil {
		return nil, err
	}
	if s.person == 0 {
		return wecomserver.GetThirdPartyUserInfo200JSONResponse{OpenID: new(w.outsiderID())}, nil
	}
	p, visible, err := w.signedIn(c, s)
	if err != nil {
		return nil, err
	}
	out := wecomserver.GetThirdPartyUserInfo200JSONResponse{CorpID: new(Demo().CorpID),
		UserID: &p.WeComOpenUserID, OpenUserID: &p.WeComOpenUserID}
	if s.private && visible {
		out.UserTicket = new(w.newTicket(ticket{person: s.person, holder: holderSuite}))
		out.ExpiresIn = new(desk.Seconds(ticketLife))
	}
	return out, nil
}

// GetThirdPartyUserDetail gives the third-party app the private fields of a person who has agreed.
func (w *Vendor) GetThirdPartyUserDetail(ctx context.Context,
	r wecomserver.GetThirdPartyUserDetailRequestObject) (wecomserver.GetThirdPartyUserDetailResponseObject, error) {
	p, found := w.desk.Company.Person(w.ticketOf(desk.CallOf(ctx), r.Body.UserTicket))
	if !found {
		return nil, refusal{code: wecomapi.ErrorCodeInvalidCode}
	}
	return wecomserver.GetThirdPartyUserDetail200JSONResponse{
		CorpID: new(Demo().CorpID), UserID: &p.WeComOpenUserID, Name: &p.WeComOpenUserID,
		Gender: new(gender(&p)), Avatar: &p.AvatarURL, QRCode: new(qrCode(&p)),
	}, nil
}

// Pages are the page that the apps' own pages send people to, the one with the QR code, and the files of exports.
func (w *Vendor) Pages() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"/connect/oauth2/authorize": w.authorizePage,
		"/wwlogin/sso/login":        w.webLoginPage,
		exportPath + "{file}":       w.serveFile,
	}
}

// authorizePage stands in for https://open.weixin.qq.com/connect/oauth2/authorize, in WeCom's own app.
func (w *Vendor) authorizePage(out http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	demo := Demo()
	private := query.Get("scope") == "snsapi_privateinfo"
	holder := holderOfAgent(query.Get("agentid"))
	if query.Get("appid") == demo.SuiteID {
		holder = holderSuite
	}
	switch {
	case query.Get("appid") != demo.CorpID && holder != holderSuite:
		desk.SignInRefused(out, "appid is neither the corp's id nor the third-party app's")
	case query.Get("response_type") != "code":
		desk.SignInRefused(out, "response_type must be code")
	case !private && query.Get("scope") != "snsapi_base":
		desk.SignInRefused(out, "scope must be snsapi_base or snsapi_privateinfo")
	case holder == "" && (private || query.Has("agentid")):
		desk.SignInRefused(out, "agentid is none of an app of this corp")
	default:
		if holder == "" {
			holder = holderApp // whose page it is, the redirect's domain tells the vendor
		}
		w.ask(out, r, holder, private)
	}
}

// webLoginPage stands in for https://login.work.weixin.qq.com/wwlogin/sso/login, in any browser.
func (w *Vendor) webLoginPage(out http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	demo := Demo()
	var holder string
	switch query.Get("login_type") {
	case "CorpApp":
		holder = holderOfAgent(query.Get("agentid"))
		if query.Get("appid") != demo.CorpID || holder == "" {
			desk.SignInRefused(out, "appid must be the corp's id, and agentid that of an app of the corp")
			return
		}
	case "ServiceApp":
		holder = holderSuite
		if query.Get("appid") != demo.SuiteID {
			desk.SignInRefused(out, "appid must be the third-party app's id")
			return
		}
	default:
		desk.SignInRefused(out, "login_type must be CorpApp or ServiceApp")
		return
	}
	w.ask(out, r, holder, false)
}

// holderOfAgent returns which app of the corp an agentid is of, "" for none.
func holderOfAgent(agentID string) string {
	switch agentID {
	case strconv.FormatInt(Demo().AppAgentID, 10):
		return holderApp
	case strconv.FormatInt(Demo().ProviderAppAgentID, 10):
		return holderProvider
	}
	return ""
}

// ask asks who signs in, and sends whoever was chosen back with a code. Who refuses comes back without one.
func (w *Vendor) ask(out http.ResponseWriter, r *http.Request, holder string, private bool) {
	query := r.URL.Query()
	to, err := url.Parse(query.Get("redirect_uri"))
	if err != nil || to.Scheme != "http" && to.Scheme != "https" || to.Host == "" {
		desk.SignInRefused(out, "redirect_uri must be an address of the web")
		return
	}
	coded := func(s signIn) url.Values {
		s.holder, s.private = holder, private
		return url.Values{"code": {w.newCode(s)}}
	}
	from := func(who string) func() (url.Values, error) {
		return func() (url.Values, error) { return coded(signIn{who: who}), nil }
	}
	w.desk.SignIn(out, r, desk.SignInPage{
		Vendor: "WeCom 企业微信", RedirectURI: query.Get("redirect_uri"), State: query.Get("state"),
		Agree: func(p company.Person) (url.Values, error) {
			if p.Status != company.StatusActive {
				return nil, errors.New("the account is not active")
			}
			return coded(signIn{person: p.Key}), nil
		},
		Others: []desk.Outsider{
			{ID: outsider, Label: "Somebody who is not a member of the corp", Agree: from(outsider)},
			{ID: customer, Label: "A customer of one of its members", Agree: from(customer)},
		},
		Declined: url.Values{},
	})
}
