using Collab.Silo.Operators;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Collab.Web.Security;

/// <summary>Collab's own <see cref="CollabPolicies.Operator"/>: a caller that is one, or a request on the operators' port.</summary>
internal sealed class OperatorRequirement : IAuthorizationRequirement;

internal sealed class OperatorRequirementHandler(OperationsListener listener, CallerAuthentication authentication) : AuthorizationHandler<OperatorRequirement>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, OperatorRequirement requirement)
    {
        if (context.Resource is not HttpContext http)
            return;
        if (!listener.Has(http) && http.FindCaller() is null && (await authentication.IdentifyAsync(http, AccessMetrics.Operator)).Caller is { } caller)
            http.Features.Set(caller);
        if (listener.Has(http) || http.FindCaller() is { IsOperator: true })
            context.Succeed(requirement);
    }
}

/// <summary>Operators are whom the policy lets through, Collab's own or the host's.</summary>
internal sealed class PolicyOperators(IAuthorizationPolicyProvider policies) : IOperators
{
    public async ValueTask<int?> RefuseAsync(HttpContext context)
    {
        var policy = await policies.GetPolicyAsync(CollabPolicies.Operator) ?? throw new InvalidOperationException($"There is no authorization policy {CollabPolicies.Operator}.");
        var evaluator = context.RequestServices.GetRequiredService<IPolicyEvaluator>();
        var authentication = await evaluator.AuthenticateAsync(policy, context);
        var result = await evaluator.AuthorizeAsync(policy, authentication, context, context);
        if (result.Succeeded)
            return null;
        return result.Forbidden || context.FindCaller()?.Subject is not null ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized;
    }
}
