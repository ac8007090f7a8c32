package docs

func wps() vendor {
	return vendor{
		variables: map[string]string{
			"WPS_LOGIN_CODE": "code from the sign-in page, good once",
		},
		fields: map[string]string{"client_id": "WPS_APP_ID", "client_secret": "WPS_APP_KEY"},
		operations: map[string]exception{
			"oauthToken":       {sample: "success-tenant"},
			"batchDeleteDepts": {refused: "private deployments only (404000001)"},
			"recoverUser":      {refused: "the user has not left (400001008)"},
			"deleteDept":       {fields: map[string]string{"dept_id": "WPS_EMPTY_DEPARTMENT_ID|Dp7731"}},
		},
		known: map[string]string{
			"KBx81LmQ": "WPS_USER_ID", "KBx90TtR": "WPS_OTHER_USER_ID", "KBx00Boss": "WPS_OTHER_USER_ID",
			"Dp7731": "WPS_DEPARTMENT_ID", "Dp8802": "WPS_EMPTY_DEPARTMENT_ID", "Dp0001": "WPS_ROOT_DEPARTMENT_ID",
			"班次": "WPS_NEW_ATTRIBUTE", "at-3": "WPS_DEPARTMENTS_ATTRIBUTE", "at-5": "WPS_LINK_ATTRIBUTE",
			"13900000031": "WPS_MOBILE", "luo.yi@example.com": "WPS_EMAIL",
		},
		created: map[string]string{"WPS_MOBILE": "WPS_NEW_MOBILE", "WPS_EMAIL": ""},
		once:    []string{"WPS_LOGIN_CODE", "WPS_NEW_MOBILE"},
		authorize: func(scheme string) authorization {
			if scheme == "kso1" {
				return authorization{sign: true}
			}
			grant := "grant_type=client_credentials&client_id={{WPS_APP_ID}}&client_secret={{WPS_APP_KEY}}"
			if scheme == "userBearer" {
				grant = "grant_type=authorization_code&client_id={{WPS_APP_ID}}" +
					"&client_secret={{WPS_APP_KEY}}&code={{WPS_LOGIN_CODE}}" +
					"&redirect_uri=https%3A%2F%2Fportal.example.cn%2Fcallback"
			}
			return authorization{
				before: []string{take("token", "access_token",
					"curl -sS \"{{URL}}/oauth2/token\" \\\n  -d \""+grant+`"`)},
				headers: []string{"Authorization: Bearer $token"},
			}
		},
	}
}
