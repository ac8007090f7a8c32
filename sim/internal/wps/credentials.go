package wps

// Credentials are those of the company at WPS 365.
type Credentials struct {
	CompanyID string
	AppID     string // client_id of the self-built app (自建应用), and the access key of its signatures
	AppKey    string // client_secret, and the key of signatures

	// The app of a third party (第三方应用) acts for the company with an app_ticket, see WPS.NewAppTicket.
	ThirdPartyAppID  string
	ThirdPartyAppKey string
}

// Demo returns the credentials that the simulator takes.
func Demo() Credentials {
	return Credentials{
		CompanyID:        "demoCompany1",
		AppID:            "AK20260101DEMOAA",
		AppKey:           "demo0wps0app0key0000000000000007",
		ThirdPartyAppID:  "AK20260101DEMOBB",
		ThirdPartyAppKey: "demo0wps0isv0key0000000000000008",
	}
}

// demoApp is one of the demo apps.
type demoApp struct {
	id, key    string
	thirdParty bool
}

func apps() map[string]demoApp {
	demo := Demo()
	return map[string]demoApp{
		demo.AppID:           {id: demo.AppID, key: demo.AppKey},
		demo.ThirdPartyAppID: {id: demo.ThirdPartyAppID, key: demo.ThirdPartyAppKey, thirdParty: true},
	}
}
