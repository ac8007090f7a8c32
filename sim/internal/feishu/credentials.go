package feishu

// Credentials are those of the tenant at Feishu.
type Credentials struct {
	TenantKey string
	AppID     string // of the self-built app
	AppSecret string

	StoreAppID     string // of the store app, which the tenant has installed
	StoreAppSecret string
	StoreAppTicket string // the app_ticket that was pushed to it last
}

// Demo returns the credentials that the simulator takes.
func Demo() Credentials {
	return Credentials{
		TenantKey:      "demo0tenant0key1",
		AppID:          "cli_demo0000000001",
		AppSecret:      "demo-feishu-app-secret-000000006",
		StoreAppID:     "cli_demo0000000002",
		StoreAppSecret: "demo-feishu-app-secret-000000007",
		StoreAppTicket: "demo-feishu-app-ticket-000000008",
	}
}
