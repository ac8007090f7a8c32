package wecom

// Credentials are those of the corp at WeCom.
type Credentials struct {
	CorpID        string // corpid
	ContactSecret string // secret of the contact sync (通讯录同步): writes, and lists ids
	AppSecret     string // secret of a self-built app (自建应用): reads details
	AppAgentID    int64  // agentid of that app

	ProviderAppSecret  string // secret of an app that a provider runs for the corp (代开发): reads details, converts ids
	ProviderAppAgentID int64  // agentid of that app; it does not fit into 32 bits
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
	}
}
