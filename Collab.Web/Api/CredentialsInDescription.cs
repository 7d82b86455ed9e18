using Collab.Web.Security;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Collab.Web.Api;

/// <summary>Says in the API's description which credentials it takes, so that generated clients and consoles ask for them.</summary>
internal sealed class CredentialsInDescription : IOpenApiDocumentTransformer
{
    private const string Token = "accessToken";
    private const string Key = "apiKey";

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.AddComponent(Token, new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A person's, from POST /api/tokens." });
        document.AddComponent(Key, new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = CollabSchemes.ApiKeyHeader, Description = "A back end's." });
        document.Security = [Requirement(Token), Requirement(Key)];
        return Task.CompletedTask;

        OpenApiSecurityRequirement Requirement(string scheme) => new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [] };
    }
}
