package wecom

// Credentials are those of the corp at WeCom.
type Credentials struct {
	CorpID        string // corpid
	ContactSecret string // secret of the contact sync (通讯录同步): writes, and lists ids
	AppSecret     string // secret of a self-built app (自建应用): reads details
	AppAgentID    int64  // agentid of that app

	ProviderAppSecret  string // secret of an app that a provider runs for the corp (代开发): reads details, converts ids
	ProviderAppAgentID int64  // agentid of that app; it does not fit into 32 bits

	SuiteID       string // suite_id of a third-party app (第三方应用) that the corp has installed
	SuiteSecret   string // its secret
	SuiteTicket   string // the ticket that was pushed to it first
	PermanentCode string // the permanent code (永久授权码) that it has of the corp
	SuiteAgentID  int64  // its agentid in the corp
}

// Demo returns the credentials that the simulator takes.
func Demo() Credentials {
	return Credentials{
		CorpID:             "ww5f1e0decafc0ffee",
		ContactSecret:      "demo-contact-sync-secret-000000000000000001",
		AppSecret:          "demo-self-built-app-secret-0000000000000002",
		AppAgentID:         1000002,
		ProviderAppSecret:  "demo-provider-app-secret-000000000000000003",
		ProviderAppAgentID: 5000000042,
		SuiteID:            "wwdemo0suite000004",
		SuiteSecret:        "demo-third-party-app-secret-0000000000000004",
		SuiteTicket:        "demo-first-suite-ticket-00000000000000000004",
		PermanentCode:      "demo-permanent-code-of-the-third-party-app-4",
		SuiteAgentID:       1000007,
	}
}
